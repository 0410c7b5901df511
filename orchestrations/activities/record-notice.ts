import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('record-notice', async (row) => {
  await (await wiring.ledger()).notices.record(row);
  return null;
});
