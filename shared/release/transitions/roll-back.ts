/**
 * An order to have an earlier version serve again, outside of a release or within one. Pure.
 *
 * Under way, a release is ordered back; that is an abort. Otherwise the settled version asks for the target as a candidate
 * whose only stage is production: it is deployed where it is gone, its digest compared, asked, given every request and
 * watched, as any version is.
 */
import { beginRelease } from './begin-release.ts';
import { isBarred } from './changes.ts';
import { operateRelease } from './operate-release.ts';
import { candidateOf, type RollBackOrder, type RolledBack, stagesOfRollback } from './rollback-candidate.ts';
import type { Candidate, Release, TargetState } from './state.ts';

export function rollBack(state: TargetState, order: RollBackOrder): RolledBack {
  const { version, word, model } = order;
  const { release } = state;
  if (release?.rollback && release.releaseId === order.releaseId)
    return refuse(state, `Release ${release.releaseId} has begun before.`, release);
  const answer = release && answerUnderWay(state, release, order);
  if (answer) return answer;
  const serves = state.settled.at(-1);
  const to =
    version === null
      ? state.settled.slice(0, -1).findLast((each) => !isBarred(state, each))
      : state.settled.findLast((each) => each.model.version === version);
  if (!to) return refuse(state, describeMissing(state, version, model));
  const quarantine = state.quarantined?.find((each) => each.version === to.model.version);
  if (quarantine)
    return refuse(
      state,
      `Version ${to.model.version} of ${model} was quarantined by ${quarantine.by} at ${quarantine.at} (${quarantine.reason}), and nothing goes back to it: end that first, with ratchet quarantine --lift.`,
    );
  if (to === serves && !release)
    return refuse(state, `Version ${to.model.version} of ${model} serves already, since ${to.at}.`);
  const candidate = {
    ...candidateOf(order, to, serves?.model ?? null),
    stages: stagesOfRollback(order.stages),
    rollback: word,
  };
  const { state: next, sentence, wake } = beginRelease(state, { candidate, now: word.at });
  return {
    state: next,
    done: true,
    sentence: `Version ${to.model.version} is to serve again: ${sentence}`,
    wake,
    candidate,
  };
}

/** Null: the release that is under way does not go there, and a release of its own must. */
function answerUnderWay(
  state: TargetState,
  release: Release,
  { version, word }: RollBackOrder,
): RolledBack | null {
  const { releaseId, back, rollback, model } = release;
  const isOwn = !back && version === model.version;
  if (rollback && !back && (version === null || isOwn)) {
    const sentence = `Release ${releaseId} takes every request to version ${model.version} already: ${release.state}. Name another version, or abort it.`;
    return refuse(state, sentence);
  }
  if (isOwn) return null;
  const order = { action: 'abort-release', releaseId } as const;
  const aborted = operateRelease(state, { order, word });
  const goes = aborted.state.release?.back?.to?.model.version;
  if (version !== goes && version !== null) return null;
  if (!back) return { ...aborted, candidate: null };
  return refuse(
    state,
    `Release ${releaseId} goes back already, ${goes ? `to version ${goes}, ` : ''}since ${back.word.at}.`,
  );
}

function describeMissing({ settled }: TargetState, version: string | null, model: string): string {
  const known = settled.map((each) => each.model.version).join(', ') || 'none';
  return version === null
    ? `There is no version of ${model} to go back to; settled: ${known}.`
    : `Version ${version} of ${model} is not settled, and nothing goes back to it; settled: ${known}.`;
}

function refuse(state: TargetState, sentence: string, known: Candidate | null = null): RolledBack {
  return { state, done: known !== null, sentence, wake: [], candidate: known };
}
