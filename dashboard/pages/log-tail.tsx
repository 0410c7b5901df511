/** What a job of a run prints, as it prints it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Run } from '../../shared/domain/run.ts';
import { command } from '../format/command.ts';
import { Command } from '../parts/command.tsx';
import { Card } from '../parts/facts.tsx';
import { read, ServiceError } from '../service/ask.ts';

interface LogPart {
  readonly attempt: number | null;
  /** Of a pipeline or a sweep: whose log it is, and all that have begun. */
  readonly step?: string;
  readonly partKind?: 'step' | 'trial';
  readonly steps?: readonly { readonly step: string; readonly status: string }[];
  readonly job: string | null;
  readonly status: string | null;
  readonly text: string;
  readonly next: number;
  readonly more: boolean;
  readonly ended: boolean;
}

type Log = Pick<LogPart, 'job' | 'status' | 'ended' | 'step' | 'partKind' | 'steps'> & {
  readonly text: string;
  readonly isCut: boolean;
  readonly error: string | null;
};

const phases = ['train', 'evaluate'] as const;
const everyMs = 2_000;
/** So much of the end is kept; the command has all of it. */
const keptCharacters = 200_000;

export function LogTail({ run }: { readonly run: Run }) {
  // Until somebody chooses, it is the job that the run has come to.
  const latest = run.kind !== 'retrain' || run.phase !== 'train' ? 'evaluate' : 'train';
  const [chosen, setChosen] = useState<(typeof phases)[number] | null>(null);
  const phase = chosen ?? latest;
  const [step, setStep] = useState<string | null>(null);
  const log = useLog(
    { runId: run.runId, phase, step },
    (run.attempts?.length ?? 0) + (run.pastChampions?.length ?? 0),
  );
  const box = useRef<HTMLPreElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const { current } = box;
    if (current && isAtEnd.current) current.scrollTop = current.scrollHeight;
  }, [log?.text]);
  return (
    <Card
      title="Log of the job"
      acts={
        <>
          <select
            aria-label="Job"
            value={phase}
            onChange={(event) => {
              setChosen(phases.find((each) => each === event.currentTarget.value) ?? null);
              setStep(null);
            }}
          >
            {phases.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
          {log?.steps && (
            <select
              aria-label={log.partKind === 'trial' ? 'Trial' : 'Step'}
              value={log.step}
              onChange={(event) => setStep(event.currentTarget.value)}
            >
              {log.steps.map((each) => (
                <option key={each.step} value={each.step}>
                  {each.step}
                </option>
              ))}
            </select>
          )}
        </>
      }
    >
      <p class="dim">{describe(log)}</p>
      {log && log.text !== '' && (
        <pre
          class="log"
          ref={box}
          tabIndex={0}
          onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
            isAtEnd.current = scrollHeight - scrollTop - clientHeight < 20;
          }}
        >
          {log.text}
        </pre>
      )}
      <Command
        line={command(
          ...['logs', run.runId, '--phase', phase],
          ...(log?.step === undefined ? [] : [`--${log.partKind ?? 'step'}`, log.step]),
          ...(log?.ended === false ? ['--follow'] : []),
        )}
      />
    </Card>
  );
}

function describe(log: Log | null): string {
  if (!log) return 'Asking for the log…';
  const { job, status, ended, step, partKind = 'step', error, isCut } = log;
  if (error !== null) return `The log cannot be read: ${error}`;
  if (job === null) return ended ? 'The run has no such job.' : 'The run has no such job yet.';
  const cut = isCut ? ' The beginning is left out here.' : '';
  const of = step === undefined ? '' : `${partKind} ${step} of `;
  return `${of}${job}: ${status ?? 'not known'}${ended ? '.' : ', goes on.'}${cut}`;
}

interface Of {
  readonly runId: string;
  readonly phase: string;
  /** Null: the service chooses, and goes on to the next. */
  readonly step: string | null;
}

/**
 * Asks for one part after another until the job has ended; nothing while nobody looks. `before` is how many of the run's
 * jobs have failed, or scored a past champion: another one takes the place of each.
 */
function useLog({ runId, phase, step }: Of, before: number): Log | null {
  const [log, setLog] = useState<Log | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let from = 0;
    let text = '';
    let of = '';
    let shown = step;
    setLog(null);
    const look = async (): Promise<void> => {
      try {
        const ofStep = step === null ? '' : `&step=${encodeURIComponent(step)}`;
        const path = `runs/${encodeURIComponent(runId)}/log?phase=${phase}${of}${ofStep}&from=${from}`;
        const part = document.visibilityState === 'hidden' ? null : await read<LogPart>(path, stop.signal);
        // The pipeline has gone on: the log of its next step is read from its beginning.
        if (part?.step !== undefined && shown !== null && part.step !== shown && from > 0) {
          from = 0;
          text = '';
          shown = part.step;
        } else if (part) {
          shown = part.step ?? null;
          from = part.next;
          if (part.attempt !== null && part.job !== null) of = `&attempt=${part.attempt}`;
          text = (text + part.text).slice(-keptCharacters);
          const { job, status, ended, steps, partKind } = part;
          const named =
            part.step === undefined
              ? {}
              : { step: part.step, ...(partKind && { partKind }), ...(steps && { steps }) };
          setLog({ job, status, ended, ...named, text, isCut: from > text.length * 2, error: null });
          if (ended) return;
        }
        timer = setTimeout(() => void look(), part?.more ? 0 : everyMs);
      } catch (error) {
        if (stop.signal.aborted || !(error instanceof ServiceError)) return;
        setLog({ job: null, status: null, ended: false, text, isCut: false, error: error.message });
        timer = setTimeout(() => void look(), 2 * everyMs);
      }
    };
    void look();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [runId, phase, step, before]);
  return log;
}
