/** What a model's entity does with each thing it is asked: the next state, and the answer. Pure. */
import type { ModelState } from '../domain/model-state.ts';
import { askPerson, endAsking } from './answer-run.ts';
import { findFreeze } from './blocks.ts';
import { crownChampion } from './crown-champion.ts';
import { buryRun } from './dead-runs.ts';
import { decideAdmission } from './decide-admission.ts';
import type { Answered, ModelOperations } from './entities.ts';
import { describeRebuild, mergeRebuilt } from './merge-rebuilt.ts';
import { operateModel } from './operate.ts';
import { prolongRun } from './prolong-run.ts';
import { settleRun } from './settle-run.ts';
import { takeRecovery } from './take-recovery.ts';

export const modelOperations: Answered<ModelOperations, ModelState> = {
  rebuild(state, { state: rebuilt }) {
    const next = mergeRebuilt(state, rebuilt);
    return { state: next, answer: { changes: describeRebuild(state, next) } };
  },
  offer(state, input) {
    const decided = decideAdmission(state, input);
    if ('needsGrant' in decided) return { state, answer: decided };
    const { state: next, ...answer } = decided;
    const admitted = decided.admission.outcome === 'admitted' ? next.live : null;
    const kept = admitted?.reevaluates && next.kept ? { kept: next.kept } : {};
    return {
      state: next,
      answer: {
        ...answer,
        champion: next.champion,
        endsJobs: true,
        hearsCancel: true,
        repeatsJobs: true,
        tellsRelease: true,
        predecessors: admitted?.after ?? [],
        ...kept,
      },
    };
  },
  settle(state, input) {
    const { state: next, ...answer } = settleRun(state, input);
    return { state: next, answer };
  },
  recover(state, input) {
    const { state: next, ...answer } = takeRecovery(state, input);
    return { state: next, answer };
  },
  bury(state, input) {
    return { state: buryRun(state, input), answer: {} };
  },
  prolong(state, input) {
    const { state: next, live } = prolongRun(state, input);
    return { state: next, answer: { live } };
  },
  ask(state, input) {
    const { state: next, asks } = askPerson(state, input);
    return { state: next, answer: { asks } };
  },
  endAsking(state, input) {
    const { state: next, answer } = endAsking(state, input);
    return { state: next, answer: { answer } };
  },
  crown(state, input) {
    return { state: crownChampion(state, input), answer: {} };
  },
  askFreeze(state, { freezes, now }) {
    return { state, answer: { freeze: findFreeze(state, freezes, now) } };
  },
  operate(state, { action, word }) {
    const { state: next, ...answer } = operateModel(state, action, word);
    return { state: next, answer };
  },
};
