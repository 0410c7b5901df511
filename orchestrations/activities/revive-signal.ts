import * as df from 'durable-functions';
import { reviveSignal } from '../../shared/dispatch/offer-signal.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

/** The signal is in the ledger, with the answer that it waits: it is offered again as it was, under today's model file. */
defineStep(
  'revive-signal',
  async ({ model, signal: id }, context) => {
    const decision = await (await wiring.ledger()).getDecision(model, id);
    const pinned = (await wiring.models()).get(model);
    if (!decision || !pinned) return { revived: false };
    await reviveSignal(df.getClient(context), { signal: decision.signal, pinned });
    return { revived: true };
  },
  { extraInputs: [df.input.durableClient()] },
);
