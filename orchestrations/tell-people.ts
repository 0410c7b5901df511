/**
 * tell-people: one notice to one receiver. Its instance id is made from both, so that a notice that comes up again starts
 * nothing.
 *
 * Owns: how often it is tried, and that the ledger says what became of it. Does not own: who is told of what
 * (shared/release, shared/domain/notice.ts), sending (shared/notices).
 *
 * Invariants
 * 1. Nothing waits for it: whoever has something to tell starts it and goes on.
 * 2. It ends: after eight tries, about eight hours, the notice is not delivered, and the ledger says why.
 * 3. It is tried no earlier than the receiver has asked.
 */
import * as df from 'durable-functions';
import { type TellInput, tellReceiver } from './tell-receiver.ts';

df.app.orchestration('tell-people', function* (context) {
  const input = context.df.getInput<TellInput>();
  if (!input) throw new Error('tell-people was started without a notice');
  return yield* tellReceiver(context, input);
});
