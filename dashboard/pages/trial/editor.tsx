/** A text with the numbers of its lines, and below it what is wrong in which. */
import { useId, useRef } from 'preact/hooks';
import { counted } from '../../format/number.ts';
import type { Checked } from '../../trial/messages.ts';

interface EditorProps {
  readonly text: string;
  readonly label: string;
  readonly checked: Checked;
  readonly onText: (text: string) => void;
}

export function Editor({ text, label, checked, onText }: EditorProps) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLPreElement>(null);
  const lines = text.split('\n');
  const rows = Math.min(32, Math.max(10, lines.length + 1));
  const goTo = (line: number): void => {
    const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    area.current?.focus();
    area.current?.setSelectionRange(before, before + (lines[line - 1]?.length ?? 0));
  };
  return (
    <>
      <label for={id}>{label}</label>
      <div class="editor">
        <pre ref={gutter} aria-hidden="true">
          {lines.map((_, at) => (
            <Line key={lineKey(at)} line={at + 1} checked={checked} />
          ))}
        </pre>
        <textarea
          id={id}
          ref={area}
          rows={rows}
          wrap="off"
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          value={text}
          aria-invalid={checked.problems.length > 0}
          aria-describedby={`${id}-found`}
          onInput={(event) => onText(event.currentTarget.value)}
          onScroll={(event) => {
            if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
          }}
        />
      </div>
      <div id={`${id}-found`} role="status">
        <Found of={checked} onLine={goTo} />
      </div>
    </>
  );
}

/** The lines of a text have no other name than their place. */
const lineKey = (at: number): string => `line ${at + 1}`;

function Line({ line, checked }: { readonly line: number; readonly checked: Checked }) {
  const isAt = (each: { readonly line: number }): boolean => each.line === line;
  const tone = checked.problems.some(isAt) ? 'bad' : checked.warnings.some(isAt) ? 'warn' : '';
  return <span class={tone}>{`${line}\n`}</span>;
}

interface FoundProps {
  readonly of: Checked;
  readonly onLine: (line: number) => void;
}

function Found({ of: { problems, warnings }, onLine }: FoundProps) {
  if (problems.length + warnings.length === 0) return <p class="dim">The text is valid.</p>;
  return (
    <>
      {problems.length > 0 && (
        <div class="note bad">
          <p>
            <strong>{counted(problems.length, 'problem')}.</strong> It can be played once there is none.
          </p>
          <Places of={problems} onLine={onLine} />
        </div>
      )}
      {warnings.length > 0 && (
        <div class="note warn">
          <p>
            <strong>{counted(warnings.length, 'warning')}.</strong> It is valid, and hardly what is meant.
          </p>
          <Places of={warnings} onLine={onLine} />
        </div>
      )}
    </>
  );
}

interface PlacesProps {
  readonly of: Checked['problems'];
  readonly onLine: (line: number) => void;
}

function Places({ of, onLine }: PlacesProps) {
  return (
    <ul class="plain">
      {of.map(({ line, path, message }) => (
        <li key={`${line} ${path} ${message}`}>
          {line > 0 && (
            <button type="button" class="small" onClick={() => onLine(line)}>
              line {line}
            </button>
          )}{' '}
          {path !== '' && <code>{path}</code>} {message}
        </li>
      ))}
    </ul>
  );
}
