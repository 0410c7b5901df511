import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('watch-pipeline', async ({ stage, order, run }) =>
  (await wiring.pipelineChannel(stage)).observe(order, run),
);
