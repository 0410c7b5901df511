import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('cancel-pipeline', async ({ stage, order, run }) =>
  (await wiring.pipelineChannel(stage)).cancel(order, run),
);
