import type { Admission } from '../domain/decision.ts';
import type { ModelState } from '../domain/model-state.ts';
import { counted } from '../domain/plural.ts';
import * as answer from './answers.ts';
import { findUnmet } from './composites.ts';
import { describeUncounted } from './news.ts';
import type { Question } from './question.ts';
import { findLackOfPersistence } from './windows.ts';

/** What a new signal does not ask for yet, whatever else there is. */
export function findEarlyRejection(
  state: ModelState,
  { signal, data, runId, alarm, tells, composites = [] }: Question,
): Admission | null {
  if (alarm && !alarm.raised) return answer.rejected('inconclusive', alarm.because, alarm.changedBy);
  if (signal.cause !== undefined) {
    const windows = state.watched?.[signal.cause] ?? [];
    const lack = findLackOfPersistence(windows, signal.persistence ?? { breaches: 1, of: 1 });
    if (lack) return answer.rejected('not-persistent', lack.because, lack.changedBy);
    const unmet = findUnmet(state.watched ?? {}, composites, signal.cause);
    if (unmet) return answer.rejected('composite-unmet', unmet.because, unmet.changedBy);
  }
  if (tells !== undefined) {
    const changedBy = 'retrain: true at the absence, or a composite that it is a part of.';
    return answer.rejected('absent', `${tells}. It is told, and requests no run`, changedBy);
  }
  if (signal.kind !== 'data' || data === undefined || data === true) return null;
  const { rows = 0, bytes = 0, uncounted = 0 } = state.newData ?? {};
  if (data === false) {
    const because = `the upload counts as new data, and triggers.data does not let it request run ${runId}`;
    return answer.rejected('data-counted', because, 'triggers.data: true in the model file.');
  }
  const { minimumRows = 0, minimumBytes = 0 } = data;
  if (rows >= minimumRows && bytes >= minimumBytes) return null;
  const asked = [
    ...(minimumRows > 0 ? [counted(minimumRows, 'row')] : []),
    ...(minimumBytes > 0 ? [counted(minimumBytes, 'byte')] : []),
  ];
  const missing = [
    ...(rows < minimumRows ? [counted(minimumRows - rows, 'row')] : []),
    ...(bytes < minimumBytes ? [counted(minimumBytes - bytes, 'byte')] : []),
  ];
  return answer.rejected(
    'too-little-data',
    `${counted(rows, 'row')} and ${counted(bytes, 'byte')} are new since the last run started${describeUncounted(uncounted)}, and triggers.data requires ${asked.join(' and ')}`,
    `Admissible with ${missing.join(' and ')} more.`,
  );
}
