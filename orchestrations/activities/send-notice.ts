import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('send-notice', async ({ notice, to }) => (await wiring.notices()).send(notice, to));
