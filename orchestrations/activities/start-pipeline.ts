import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('start-pipeline', async ({ stage, order }) => (await wiring.pipelineChannel(stage)).start(order));
