/**
 * A look at a target that no release holds: whether it still serves what was settled. Pure.
 *
 * Owns: what counts as changed by others, and who is told. Does not own: when anybody looks (look-after-versions), what a
 * release makes of it, which looks by itself (take-observed.ts).
 *
 * Invariants
 * 1. It changes nothing of what is to serve: what was changed is a person's to put right, or to have a release go on from.
 * 2. A change that is found again is told once; one that was put right meanwhile, and made again, is told again.
 */

import { type AddressedNotice, addressNotice, type NoticeAddress } from '../../domain/notice.ts';
import type { Drift, Observed, Split } from '../../domain/release-state.ts';
import { shortHash } from '../../domain/short-hash.ts';
import { describeSplit, isSame, splitOf } from './splits.ts';
import type { TargetState } from './state.ts';

/** What was seen; a text: that it could not be, because it is not there. */
type Seen = Observed | string;

/** How the target stands against what it is to serve; null: as it should. `now`: ISO 8601, UTC. */
export function findDrift(state: TargetState, seen: Seen, now: string): Drift | null {
  const sentence = describeDrift(state, seen);
  if (sentence === null) return null;
  return state.drift?.sentence === sentence ? state.drift : { sentence, since: now };
}

/** One that is held is looked at by its release. */
export function takeLookBetween(
  state: TargetState,
  { observed, drift }: { readonly observed: Observed | null; readonly drift: Drift | null },
): TargetState {
  if (isHeld(state)) return state;
  const { drift: _, ...known } = state;
  return { ...known, ...(observed && { observed }), ...(drift && { drift }) };
}

export const isHeld = ({ release, queue }: TargetState): boolean => release !== null || queue.length > 0;

/** What is to serve while no release holds it; null: nobody knows. */
export function desiredBetween({ desired, settled }: TargetState): Split | null {
  const last = settled.at(-1);
  return desired ?? (last ? { traffic: { [last.deployment]: 100 }, mirror: {} } : null);
}

function describeDrift(state: TargetState, seen: Seen): string | null {
  const desired = desiredBetween(state);
  // Where no version was to go back to, a person has taken over.
  if (desired === null || Object.keys(desired.traffic).length === 0) return null;
  if (typeof seen === 'string') return seen;
  // What is being changed, or is doubted, says nothing yet.
  if (seen.isUpdating || seen.doubt !== undefined) return state.drift?.sentence ?? null;
  const serves = splitOf(seen);
  if (!isSame(serves, desired))
    return `It is to serve ${describeSplit(desired)}, and serves ${describeSplit(serves)}.`;
  return describeSwapped(state, seen);
}

/** A deployment under its old name that has another version. */
function describeSwapped({ settled }: TargetState, { deployments, traffic }: Observed): string | null {
  for (const { deployment, model } of deployments) {
    const known = settled.findLast((each) => each.deployment === deployment)?.model;
    if (!known || !traffic[deployment]) continue;
    if (model?.name === known.name && model.version === known.version) continue;
    const is = model ? `${model.name}:${model.version}` : 'no version of a model';
    return `Deployment ${deployment} answers with ${is}, not ${known.name}:${known.version}.`;
  }
  return null;
}

/** What people are told of it. */
export function tellDrift(
  { settled, ended }: TargetState,
  { sentence, since }: Drift,
  { endpoint, model, notices }: { endpoint: string; model: string; notices: readonly NoticeAddress[] },
): readonly AddressedNotice[] {
  const release = ended.at(-1) ?? settled.at(-1);
  const subject = release?.releaseId ?? endpoint;
  return addressNotice({ model, subject, runId: subject.replace(/-release$/, '') }, notices, {
    kind: 'serving.drifted',
    key: `${since} ${shortHash(sentence)}`,
    at: since,
    title: `Changed behind the back of Ratchet: endpoint ${endpoint} of ${model}`,
    text: `No release is under way. ${sentence}`,
    facts: [{ name: 'Endpoint', value: endpoint }],
    commands: [`ratchet serving ${model}`, `ratchet roll-back ${model} --to VERSION --reason TEXT`],
  });
}
