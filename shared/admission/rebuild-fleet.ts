/** Makes the fleet's state anew from the ledger: the kill switch, and what its models have spent. Pure. */
import { estimateHours, sumWeights } from '../config/estimate.ts';
import type { FleetPolicy } from '../config/fleet-schema.ts';
import type { PinnedModel } from '../config/schema.ts';
import { type FleetState, newFleetState } from '../domain/fleet-state.ts';
import type { Operation } from '../domain/operation.ts';
import type { Run } from '../domain/run.ts';
import { wordOf } from '../domain/word.ts';
import { spentOf } from './rebuild-model.ts';

interface FleetFacts {
  /** Operations on the fleet that changed something, newest first. */
  readonly operations: readonly Operation[];
  /** Runs of all models, newest first. */
  readonly runs: readonly Run[];
  readonly policy: FleetPolicy | null;
  readonly models: ReadonlyMap<string, PinnedModel>;
}

/** Places are not known again: whoever is under way keeps going, and gives back what it does not have. */
export function rebuildFleet({ operations, runs, policy, models }: FleetFacts, now: string): FleetState {
  const state = { ...newFleetState, policy, ...findSwitch(operations) };
  if (!policy?.budget) return state;
  const weights = sumWeights(models.keys(), policy.shares);
  const spent = runs.flatMap((run) => {
    const config = models.get(run.model)?.config;
    if (!config) return [];
    const hours = estimateHours(config, run.kind === 'retrain' ? 'retrain' : 'promote', run.signalKind);
    return spentOf([run], policy.budget!.window, now, () => hours).map((each) => ({
      ...each,
      model: run.model,
    }));
  });
  return { ...state, weights, spent: spent.reverse() };
}

function findSwitch(operations: readonly Operation[]): Pick<FleetState, 'stopped' | 'lastStop'> {
  const [last, before] = operations.filter(({ action }) => /^(?:stop|resume)$/.test(action.action));
  if (!last) return { stopped: null, lastStop: null };
  if (last.action.action === 'stop') return { stopped: wordOf(last), lastStop: null };
  return { stopped: null, lastStop: { ...wordOf(before ?? last), until: last.at } };
}
