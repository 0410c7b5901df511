import { findRequesters } from '../../shared/dispatch/find-requesters.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('find-requesters', async ({ model, signals }) =>
  findRequesters(await wiring.ledger(), model, signals),
);
