/** What a signal that came now would be answered, by the rules of admission themselves; nothing is kept of it. Pure. */
import { decideAdmission } from '../admission/decide-admission.ts';
import { requestPlace } from '../admission/fleet.ts';
import type { AskedFleet } from '../admission/place-request.ts';
import type { Grant } from '../admission/question.ts';
import { latestChange } from '../admission/rows-after-change.ts';
import { estimateHours } from '../config/estimate.ts';
import type { PinnedModel } from '../config/schema.ts';
import type { Admission } from '../domain/decision.ts';
import type { FleetState } from '../domain/fleet-state.ts';
import type { ModelState } from '../domain/model-state.ts';
import type { PolicyOutlook } from '../domain/policy-words.ts';

interface Standing {
  readonly pinned: PinnedModel;
  readonly state: ModelState;
  readonly fleet: {
    readonly state: FleetState;
    readonly asked: AskedFleet;
  };
  /** ISO 8601, UTC. */
  readonly at: string;
}

export function findOutlook(standing: Standing): readonly PolicyOutlook[] {
  return (['event', 'person'] as const).map((asker) => toOutlook(asker, decide(standing, asker)));
}

const runId = 'of-its-own';
const signalId = 'what-if';

function decide({ pinned, state, fleet, at }: Standing, asker: PolicyOutlook['asker']): Admission {
  const { policy, model } = { policy: pinned.config.policy, model: pinned.config.model };
  const changedAt = policy.rowsAfterChange === undefined ? null : latestChange(state);
  const signal = {
    ...{ id: signalId, kind: asker === 'event' ? ('metric' as const) : ('manual' as const) },
    ...(changedAt !== null && { changedAt }),
  };
  const hours = estimateHours(pinned.config, 'retrain', signal.kind);
  const offer = { signal, runId, now: at, policy, estimateHours: hours };
  const first = decideAdmission(state, offer);
  if (!('needsGrant' in first)) return first.admission;
  const request = {
    model,
    runId,
    signal: signalId,
    priority: policy.priority,
    estimateHours: hours,
    offeredAt: at,
    now: at,
  };
  const { grant } = requestPlace(fleet.state, { ...request, ...fleet.asked });
  return decideGranted(state, offer, grant);
}

function decideGranted(
  state: ModelState,
  offer: Omit<Parameters<typeof decideAdmission>[1], 'grant'>,
  grant: Grant,
): Admission {
  const second = decideAdmission(state, { ...offer, grant });
  if ('needsGrant' in second) throw new Error('admission asks for a place in the fleet that it was told of');
  return second.admission;
}

/** The run and the signal are none: their names say nothing to anybody. */
function toOutlook(asker: PolicyOutlook['asker'], admission: Admission): PolicyOutlook {
  const { outcome, reason, changedBy, offerAgainAt } = admission;
  const sentence =
    outcome === 'admitted'
      ? 'Admitted: no run is under way and nothing blocks it. A run would start.'
      : admission.sentence.replaceAll(`run ${runId}`, 'its run');
  return {
    asker,
    outcome,
    reason,
    sentence,
    changedBy: changedBy.replaceAll(`run ${runId}`, 'its run'),
    changesAt: offerAgainAt,
  };
}
