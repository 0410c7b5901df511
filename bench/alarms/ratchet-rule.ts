/** Ratchet's own rule, through the code that judges reports and the operations of the model's entity. */
import { modelOperations } from '../../shared/admission/model-operations.ts';
import { ModelConfigSchema } from '../../shared/config/schema.ts';
import { type ModelState, newModelState } from '../../shared/domain/model-state.ts';
import { judgeValue } from '../../shared/signals/judge-value.ts';
import type { Detector } from './detectors.ts';

const policy = ModelConfigSchema.shape.policy.parse({ mode: 'observe', cooldown: 'PT0S' });

/** `everyMs`: from one window to the next. An alarm is a signal that would start a run. */
export function ratchetRule(
  rule: {
    readonly below: number;
    readonly confidence?: number;
    readonly breaches: number;
    readonly windows: number;
  },
  everyMs: number,
): Detector {
  let state: ModelState = newModelState;
  let count = 0;
  return ({ right, rows }) => {
    const now = new Date(Date.UTC(2026, 0, 1) + count++ * everyMs).toISOString();
    const judged = judgeValue(
      { name: 'low', ...rule },
      {
        ...{ model: 'm', ruleKind: 'metric', source: 'bench', what: 'accuracy', value: right / rows },
        ...{ sample: rows, window: now, observedAt: now, evidence: {} },
      },
    );
    if ('recovery' in judged) {
      const { cause, summary, evidence } = judged.recovery;
      const note = { cause, summary, observedAt: now, ...(evidence && { evidence }) };
      state = modelOperations.recover(state, note).state;
      return false;
    }
    const offered = modelOperations.offer(state, { signal: judged.signal, runId: 'run', now, policy });
    state = offered.state;
    return 'admission' in offered.answer && offered.answer.admission.reason === 'observed';
  };
}
