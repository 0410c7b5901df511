/**
 * What a release went through, kept with its row: each state, stage and step as the ledger was told of it, with the last
 * look at its checks. Pure.
 *
 * A row says only how a release stands, and one that is over no more which approvals it had: whoever asks later how it
 * came there reads its trail.
 */
import type { Approval, ReleaseRow, TrailStep } from '../domain/release-state.ts';

/** A release that goes to and fro keeps its beginning and what came last. */
const stepsAtMost = 100;

/** A row as it is written over the one that is known of the release; written again, it stays the same. */
export function withTrail(next: ReleaseRow, known: ReleaseRow | null): ReleaseRow {
  const step = stepOf(next);
  const before = known?.trail ?? (known ? [stepOf(known)] : []);
  const last = before.at(-1);
  const isSame = last && placeOf(last) === placeOf(step);
  const trail = isSame ? [...before.slice(0, -1), { ...step, at: last.at }] : [...before, step];
  const [first, ...rest] = trail;
  const kept = trail.length <= stepsAtMost ? trail : [first!, ...rest.slice(1 - stepsAtMost)];
  const signed = next.package ?? known?.package;
  return {
    ...next,
    ...(signed !== undefined && { package: signed }),
    trail: kept,
    given: joinApprovals(known?.given ?? known?.approvals ?? [], next.given ?? next.approvals),
  };
}

function stepOf({ writtenAt, state, stage, step, asks, sentence, lastLook }: ReleaseRow): TrailStep {
  return { at: writtenAt, state, stage, step, asks, sentence, lastLook };
}

const placeOf = ({ state, stage, step, asks }: TrailStep): string =>
  JSON.stringify([state, stage, step, asks]);

function joinApprovals(given: readonly Approval[], more: readonly Approval[]): readonly Approval[] {
  const key = ({ by, actor, at, binding }: Approval): string =>
    JSON.stringify([actor?.id ?? by, at, binding]);
  const known = new Set(given.map(key));
  return [...given, ...more.filter((each) => !known.has(key(each)))];
}
