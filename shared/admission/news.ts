/** What a new signal tells beside asking: a window that is bad or may be, new data. It counts whatever the signal is answered. Pure. */
import type { Admission } from '../domain/decision.ts';
import type { ModelState } from '../domain/model-state.ts';
import { counted, plural } from '../domain/plural.ts';
import { type AlarmJudgement, judgeAlarm } from './alarms.ts';
import * as answer from './answers.ts';
import { asOfArrival } from './mend-times.ts';
import type { Offer, Question } from './question.ts';
import {
  findLackAfterChange,
  hasEnoughAfterChange,
  type LackOfData,
  noteArrival,
} from './rows-after-change.ts';
import { addMs, durationMs, later } from './time.ts';
import { noteWindow } from './windows.ts';

interface Noted {
  readonly state: ModelState;
  /** Of a breach that is tested: whether it raises an alarm; null: it is none. */
  readonly alarm: AlarmJudgement | null;
}

export function noteNews(before: ModelState, offer: Offer): Noted {
  const { signal, came, now } = offer;
  const { cause, newData } = signal;
  const state = came ? noteCame(before, came, asOfArrival(signal.observedAt, now)) : before;
  const noted = cause === undefined ? { state, alarm: null } : noteBreach(state, cause, offer);
  if (!newData) return noted;
  const dated = noteArrival(noted.state, offer);
  return { ...noted, state: { ...dated, newData: addData(state.newData, newData) } };
}

/** What is told late takes nothing back. */
export function noteCame(state: ModelState, keys: readonly string[], at: string): ModelState {
  if (keys.length === 0) return state;
  const noted = keys.map((key) => [key, later(state.came?.[key] ?? at, at)]);
  return { ...state, came: { ...state.came, ...Object.fromEntries(noted) } };
}

/** A breach that is tested is one where it raises an alarm. */
function noteBreach(state: ModelState, cause: string, { signal, policy, now }: Offer): Noted {
  const { observedAt, test } = signal;
  const at = asOfArrival(observedAt, now);
  const tested = test && judgeAlarm(state, cause, test);
  const bad = tested?.judgement.raised ?? true;
  const isUnsure = !bad && policy.rowsAfterChange !== undefined;
  const window = { at, bad, ...(isUnsure && { unsure: true as const }) };
  const watched = noteWindow(state.watched ?? {}, cause, window);
  return { state: { ...(tested?.state ?? state), watched }, alarm: tested?.judgement ?? null };
}

function addData(
  known: ModelState['newData'],
  { rows, bytes }: NonNullable<Offer['signal']['newData']>,
): NonNullable<ModelState['newData']> {
  return {
    rows: (known?.rows ?? 0) + (rows ?? 0),
    bytes: (known?.bytes ?? 0) + bytes,
    files: (known?.files ?? 0) + 1,
    uncounted: (known?.uncounted ?? 0) + (rows === null ? 1 : 0),
  };
}

/** `, 1 file whose rows were not counted among them`, or nothing. */
export function describeUncounted(files: number): string {
  if (files === 0) return '';
  return `, ${files === 1 ? '1 file' : `${files} files`} whose rows were not counted among them`;
}

/** The answer where there is less data than the policy asks for, since the last run or since the change that is told of. */
export function findLackOfData(state: ModelState, question: Question): LackOfData | null {
  const admission = findLackOfNewRows(state, question);
  return admission ? { admission } : findLackAfterChange(state, question);
}

/** Whether what waits for data has enough of what it waits for. */
export function hasEnoughData(state: ModelState, policy: Question['policy']): boolean {
  return (state.newData?.rows ?? 0) >= (policy.minimumNewRows ?? 0) && hasEnoughAfterChange(state, policy);
}

/** A wait, and a rejection once it has lasted. */
function findLackOfNewRows(state: ModelState, { policy, now, isLeader }: Question): Admission | null {
  const { minimumNewRows } = policy;
  const { rows = 0, uncounted = 0 } = state.newData ?? {};
  if (minimumNewRows === undefined || rows >= minimumNewRows) return null;
  const because = `${counted(rows, 'row')} ${rows === 1 ? 'is' : 'are'} new since the last run started${describeUncounted(uncounted)}, and a run needs ${minimumNewRows}`;
  const changedBy = `Admissible with ${minimumNewRows - rows} more new ${plural(minimumNewRows - rows, 'row')}.`;
  const since = (isLeader ? state.pending?.since : undefined) ?? now;
  const until = addMs(since, durationMs(policy.longestWait ?? 'P1D'));
  if (now >= until && isLeader) return answer.rejected('too-little-data', because, changedBy);
  return answer.waits('too-little-data', later(until, addMs(now, 60_000)), because, changedBy);
}
