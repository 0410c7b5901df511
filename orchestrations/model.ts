import * as df from 'durable-functions';
import { decideAdmission } from '../shared/admission/decide-admission.ts';
import { settleRun } from '../shared/admission/settle-run.ts';
import { type ModelState, newModelState } from '../shared/domain/model-state.ts';
import { type ModelOperations, modelEntity } from './model-entity.ts';

df.app.entity<ModelState>(modelEntity, (context) => {
  const state = context.df.getState(() => newModelState) ?? newModelState;
  try {
    context.df.return(apply(context.df, state));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    context.df.return({ refused: `model ${context.df.entityKey}: ${context.df.operationName}: ${why}` });
  }
});

function apply(entity: df.EntityContext<ModelState>['df'], state: ModelState): unknown {
  switch (entity.operationName) {
    case 'offer': {
      const input = entity.getInput<ModelOperations['offer']['input']>();
      if (!input) return { refused: 'offer: no input' };
      const { admission, repeated, state: next } = decideAdmission(state, input);
      entity.setState(next);
      return { admission, repeated, champion: next.champion };
    }
    case 'settle': {
      const input = entity.getInput<ModelOperations['settle']['input']>();
      if (!input) return { refused: 'settle: no input' };
      const { wasLive, signals, state: next } = settleRun(state, input);
      entity.setState(next);
      return { wasLive, signals };
    }
    default:
      return { refused: `unknown operation ${JSON.stringify(entity.operationName)}; known: offer, settle` };
  }
}
