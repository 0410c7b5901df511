import { askPerson, endAsking } from '../shared/admission/answer-run.ts';
import { findFreeze } from '../shared/admission/blocks.ts';
import { crownChampion } from '../shared/admission/crown-champion.ts';
import { buryRun } from '../shared/admission/dead-runs.ts';
import { decideAdmission } from '../shared/admission/decide-admission.ts';
import { describeRebuild, mergeRebuilt } from '../shared/admission/merge-rebuilt.ts';
import { operateModel } from '../shared/admission/operate.ts';
import { prolongRun } from '../shared/admission/prolong-run.ts';
import { settleRun } from '../shared/admission/settle-run.ts';
import { takeRecovery } from '../shared/admission/take-recovery.ts';
import { modelEntity } from '../shared/domain/durable-names.ts';
import { type ModelState, newModelState } from '../shared/domain/model-state.ts';
import { defineEntity } from './define-entity.ts';
import type { ModelOperations } from './entities.ts';

type Input<Name extends keyof ModelOperations> = ModelOperations[Name]['input'];

defineEntity<ModelState>(modelEntity, newModelState, {
  rebuild(state, { state: rebuilt }: Input<'rebuild'>) {
    const next = mergeRebuilt(state, rebuilt);
    return { state: next, answer: { changes: describeRebuild(state, next) } };
  },
  offer(state, input: Input<'offer'>) {
    const decided = decideAdmission(state, input);
    if ('needsGrant' in decided) return { state, answer: decided };
    const { state: next, ...answer } = decided;
    const admitted = decided.admission.outcome === 'admitted' ? next.live : null;
    const kept = admitted?.reevaluates ? { kept: next.kept } : {};
    return {
      state: next,
      answer: {
        ...answer,
        champion: next.champion,
        endsJobs: true,
        hearsCancel: true,
        tellsRelease: true,
        predecessors: admitted?.after ?? [],
        ...kept,
      },
    };
  },
  settle(state, input: Input<'settle'>) {
    const { state: next, ...answer } = settleRun(state, input);
    return { state: next, answer };
  },
  recover(state, input: Input<'recover'>) {
    const { state: next, ...answer } = takeRecovery(state, input);
    return { state: next, answer };
  },
  bury(state, input: Input<'bury'>) {
    return { state: buryRun(state, input), answer: {} };
  },
  prolong(state, input: Input<'prolong'>) {
    const { state: next, live } = prolongRun(state, input);
    return { state: next, answer: { live } };
  },
  ask(state, input: Input<'ask'>) {
    const { state: next, asks } = askPerson(state, input);
    return { state: next, answer: { asks } };
  },
  endAsking(state, input: Input<'endAsking'>) {
    const { state: next, answer } = endAsking(state, input);
    return { state: next, answer: { answer } };
  },
  crown(state, input: Input<'crown'>) {
    return { state: crownChampion(state, input), answer: {} };
  },
  askFreeze(state, { freezes, now }: Input<'askFreeze'>) {
    return { state, answer: { freeze: findFreeze(state, freezes, now) } };
  },
  operate(state, { action, word }: Input<'operate'>) {
    const { state: next, ...answer } = operateModel(state, action, word);
    return { state: next, answer };
  },
});
