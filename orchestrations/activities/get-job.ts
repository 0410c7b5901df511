import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('get-job', async ({ jobName }) => (await wiring.workspace()).getJob(jobName));
