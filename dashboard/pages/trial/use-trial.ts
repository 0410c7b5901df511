/** A text that is tried: what is wrong with it as it is typed, and what came of playing it. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { ServiceError } from '../../service/ask.ts';
import { learnFrom } from '../../service/session.ts';
import { TrialWorker } from '../../service/trial.ts';
import type { Checked, Outcome, PlayQuestion } from '../../trial/messages.ts';

/** Typing is checked once it pauses for so long. */
const pauseMs = 250;

/** What somebody has typed stays while they look at other views, by model. */
const drafts = new Map<string, string>();

interface Answer {
  readonly question: PlayQuestion;
  readonly outcome: Outcome;
}

export interface UsedTrial {
  /** Null: what is in force has not been read. */
  readonly text: string | null;
  /** The text of what is in force. */
  readonly inForce: string | null;
  readonly checked: Checked;
  /** What is being done; null: nothing. */
  readonly progress: string | null;
  readonly answer: Answer | null;
  readonly error: ServiceError | null;
  setText(text: string): void;
  /** Reads what is in force, once more. */
  open(): Promise<void>;
  play(question: Omit<PlayQuestion, 'text'>): Promise<void>;
  stop(): void;
  /** The whole model file with the text in it; null: there is none. */
  write(): Promise<string | null>;
}

const nothing: Checked = { problems: [], warnings: [] };

export function useTrial(model: string): UsedTrial {
  const worker = useMemo(() => new TrialWorker(model), [model]);
  const [inForce, setInForce] = useState<string | null>(null);
  const [text, setText] = useState<string | null>(drafts.get(model) ?? null);
  const [progress, setProgress] = useState<string | null>(null);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [error, setError] = useState<ServiceError | null>(null);
  const fail = (failure: unknown): void => {
    if (!(failure instanceof ServiceError)) throw failure;
    learnFrom(failure);
    setError(failure);
  };
  useEffect(() => () => worker.stop(), [worker]);
  const open = async (): Promise<void> => {
    setError(null);
    await worker.ask('open', null).then(setInForce).catch(fail);
  };
  useEffect(() => void open(), [worker]);
  useEffect(() => {
    if (text === null && inForce !== null) setText(inForce);
  }, [text, inForce]);
  const checked = useChecked(worker, text);
  const play: UsedTrial['play'] = async (asked) => {
    const question = { ...asked, text: text ?? '' };
    setError(null);
    setProgress('Reading the history…');
    try {
      setAnswer({ question, outcome: await worker.ask('play', question, setProgress) });
      if (asked.isReadAnew) await open();
    } catch (failure) {
      fail(failure);
    } finally {
      setProgress(null);
    }
  };
  return {
    ...{ text, inForce, checked, progress, answer, error, open, play },
    setText(typed) {
      drafts.set(model, typed);
      setText(typed);
    },
    stop: () => worker.stop(),
    write: () => worker.ask('write', text ?? ''),
  };
}

/** Of the latest text alone: an answer to an older one comes too late. */
function useChecked(worker: TrialWorker, text: string | null): Checked {
  const [checked, setChecked] = useState(nothing);
  useEffect(() => {
    if (text === null) return;
    let isLatest = true;
    const timer = setTimeout(() => {
      worker
        .ask('check', text)
        .then((answer) => isLatest && setChecked(answer))
        // Nothing can be said of it; playing it says why.
        .catch(() => isLatest && setChecked(nothing));
    }, pauseMs);
    return () => {
      isLatest = false;
      clearTimeout(timer);
    };
  }, [worker, text]);
  return checked;
}
