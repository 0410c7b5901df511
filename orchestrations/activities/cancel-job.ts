import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('cancel-job', async ({ jobName }) => (await wiring.workspace()).cancelJob(jobName));
