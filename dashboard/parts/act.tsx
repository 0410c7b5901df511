/**
 * A button that has the service do something: it says what, asks for a reason, and shows the answer as it came.
 *
 * Owns: the dialog. Does not own: what may be done (`may` of whoami, or the service's own word), what is done (the service).
 *
 * Invariants
 * 1. One opened dialog is one order, however often it is sent: its key is made when it opens.
 * 2. What the visitor may not do is shown, and says why not; nothing is sent.
 */
import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import { makeKey, order, ServiceError } from '../service/ask.ts';
import { askAgain } from '../service/resource.ts';
import { learnFrom, session } from '../service/session.ts';
import { Command } from './command.tsx';

export interface Deed {
  /** On the button: a verb. */
  readonly label: string;
  /** What it takes, as the table of access names it; null: the caller has asked the service (`whyNot`). */
  readonly access: string | null;
  /** Why this visitor may not, in the service's words; null, or absent: they may. */
  readonly whyNot?: string | null;
  /** Heading of the dialog: what will be done to what. */
  readonly title: string;
  /** What it will do. */
  readonly does: ComponentChildren;
  readonly tone?: 'danger' | 'main';
  /** Below the door: `models/spam-filter/operations`. */
  readonly path: string;
  readonly body: Readonly<Record<string, string>>;
  /** Further fields of the form, by the name in the body. */
  readonly fields?: readonly Field[];
  /** The same as a command, with the fields and the reason. */
  readonly command: (fields: Readonly<Record<string, string>>, reason: string) => string;
}

interface Field {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly type?: 'text' | 'datetime-local';
  readonly options?: readonly { readonly value: string; readonly label: string }[];
  readonly initial?: string;
}

/** Why a visitor may not do what takes that; null: they may. */
export function whyNot({ access, whyNot: said }: Pick<Deed, 'access' | 'whyNot'>): string | null {
  if (said) return said;
  if (access === null) return null;
  const { value } = session;
  const who = value.state === 'in' || value.state === 'out' ? value.who : null;
  if (!who) return 'It is not known yet who you are.';
  if (who.may.includes(access)) return null;
  const takes = who.takes?.[access]?.join(' or ');
  const has = who.roles.length === 0 ? 'no role' : who.roles.join(' and ');
  return `${takes ? `It takes the role ${takes}` : 'Your roles do not allow it'}; ${who.name} has ${has}.`;
}

/** The dialog that is open: of the page, and not of its button, which may be gone before the answer has been read. */
const opened = signal<Deed | null>(null);

export function OpenedDeed() {
  const deed = opened.value;
  const close = () => {
    opened.value = null;
  };
  return deed && <Dialog deed={deed} onClose={close} />;
}

export function Act({ deed }: { readonly deed: Deed }) {
  const id = useId();
  const refused = whyNot(deed);
  if (refused !== null)
    return (
      <span class="act">
        <button type="button" aria-disabled="true" aria-describedby={id} title={refused}>
          {deed.label}
        </button>
        <span class="hidden" id={id}>
          {refused}
        </span>
      </span>
    );
  return (
    <span class="act">
      <button
        type="button"
        class={deed.tone ?? ''}
        onClick={() => {
          opened.value = deed;
        }}
      >
        {deed.label}
      </button>
    </span>
  );
}

type Progress =
  | { readonly state: 'asking' | 'sent' }
  | { readonly state: 'answered'; readonly how: 'done' | 'nothing' | 'under-way'; readonly said: string }
  | { readonly state: 'failed'; readonly said: string; readonly mayRepeat: boolean };

interface DialogProps {
  readonly deed: Deed;
  readonly onClose: () => void;
}

function Dialog({ deed, onClose }: DialogProps) {
  const [progress, setProgress] = useState<Progress>({ state: 'asking' });
  const [reason, setReason] = useState('');
  const [fields, setFields] = useState<Readonly<Record<string, string>>>(initialOf(deed));
  const key = useRef('');
  if (key.current === '') key.current = makeKey();
  const id = useId();
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (progress.state === 'sent') return;
    setProgress({ state: 'sent' });
    setProgress(await sendOrder(deed, fields, reason, key.current));
    void askAgain();
  };
  return (
    <dialog
      ref={(element) => {
        if (element && !element.open) element.showModal();
      }}
      aria-labelledby={id}
      onClose={onClose}
    >
      <form onSubmit={send}>
        <h2 id={id}>{deed.title}</h2>
        <div class="does">{deed.does}</div>
        {progress.state === 'answered' ? (
          <Answered {...progress} />
        ) : (
          <>
            {deed.fields?.map((field) => (
              <FieldOf
                key={field.name}
                field={field}
                value={fields[field.name] ?? ''}
                onInput={(value) => setFields({ ...fields, [field.name]: value })}
              />
            ))}
            <Reason value={reason} onInput={setReason} />
            {progress.state === 'failed' && (
              <p class="note bad" role="alert">
                {progress.said} {progress.mayRepeat && 'Sent again it is the same order.'}
              </p>
            )}
            <Command line={deed.command(fields, reason)} />
          </>
        )}
        <Buttons deed={deed} progress={progress} />
      </form>
    </dialog>
  );
}

function initialOf({ fields = [] }: Deed): Record<string, string> {
  return Object.fromEntries(fields.map(({ name, initial = '' }) => [name, initial]));
}

function Reason({ value, onInput }: { readonly value: string; readonly onInput: (value: string) => void }) {
  return (
    <label>
      Reason, for the ledger
      <textarea
        name="reason"
        rows={3}
        maxLength={1000}
        required
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}

interface FieldProps {
  readonly field: Field;
  readonly value: string;
  readonly onInput: (value: string) => void;
}

function FieldOf({ field, value, onInput }: FieldProps) {
  const { name, label, hint, type = 'text', options } = field;
  const id = useId();
  const common = { id, name, value };
  return (
    <div class="field">
      <label htmlFor={id}>{label}</label>
      {options ? (
        <select {...common} onChange={(event) => onInput(event.currentTarget.value)}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      ) : type === 'text' ? (
        <input {...common} onInput={(event) => onInput(event.currentTarget.value)} />
      ) : (
        <input {...common} type={type} onInput={(event) => onInput(event.currentTarget.value)} />
      )}
      {hint && <small class="dim">{hint}</small>}
    </div>
  );
}

function Buttons({ deed, progress: { state } }: { readonly deed: Deed; readonly progress: Progress }) {
  const close = (event: MouseEvent) => (event.currentTarget as HTMLButtonElement).closest('dialog')?.close();
  if (state === 'answered')
    return (
      <div class="buttons">
        <button type="button" class="main" onClick={close}>
          Close
        </button>
      </div>
    );
  return (
    <div class="buttons">
      <button type="button" onClick={close}>
        Leave it
      </button>
      <button type="submit" class={deed.tone ?? 'main'} aria-disabled={state === 'sent'}>
        {state === 'sent' ? 'Sent, waiting…' : deed.label}
      </button>
    </div>
  );
}

const titles = { done: 'Done.', nothing: 'Nothing was done.', 'under-way': 'It is under way.' } as const;

function Answered({ how, said }: { readonly how: keyof typeof titles; readonly said: string }) {
  return (
    <p class={`note ${how === 'done' ? 'good' : 'warn'}`} role="status">
      <strong>{titles[how]}</strong> {said}
    </p>
  );
}

async function sendOrder(
  { path, body }: Deed,
  fields: Readonly<Record<string, string>>,
  reason: string,
  key: string,
): Promise<Progress> {
  const given = Object.entries(fields)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => [name, /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(value) ? isoOf(value) : value]);
  try {
    const answer = await order(path, { ...body, ...Object.fromEntries(given), reason }, key);
    const { operation, signalId, repeated } = (answer.body ?? {}) as {
      operation?: { sentence?: string };
      signalId?: string;
      repeated?: boolean;
    };
    if (signalId !== undefined) {
      const said = `The request is signal ${signalId}${repeated ? ', which was there already' : ''}; its decision says what comes of it.`;
      return { state: 'answered', how: 'done', said };
    }
    const said = operation?.sentence ?? 'The view shows what has come of it once it is over.';
    const how = answer.status === 409 ? 'nothing' : answer.status === 202 ? 'under-way' : 'done';
    return { state: 'answered', how, said };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    learnFrom(error);
    return { state: 'failed', said: error.message, mayRepeat: error.status === 0 || error.status >= 500 };
  }
}

/** What a field of local time holds, with the reader's zone in it. */
function isoOf(local: string): string {
  const time = new Date(local);
  return Number.isNaN(time.getTime()) ? local : time.toISOString();
}
