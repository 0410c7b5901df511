/** Runs a function for a message or a batch, and settles what it was given. */
import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import { crashPoint } from '../../crash-point.ts';
import { errorDetail, errorText } from '../../process/local-error.ts';
import { invokeWithRetry } from '../app/retry.ts';
import type { Invocation, RegisteredFunction } from '../contract.ts';
import { holdWork } from '../work-hold.ts';
import { toBatchInvocation, toInvocation } from './message-data.ts';
import type { ReceiverDependencies } from './receiver.ts';

type Receiver = Pick<ServiceBusReceiver, 'completeMessage' | 'abandonMessage'>;

export interface Settler {
  one(receiver: Receiver, message: ServiceBusReceivedMessage): Promise<void>;
  batch(receiver: Receiver, messages: readonly ServiceBusReceivedMessage[]): Promise<void>;
  /** Resolves when nothing is in hand. */
  idle(): Promise<void>;
}

export function createSettler(dependencies: ReceiverDependencies, fn: RegisteredFunction): Settler {
  const inHand = new Set<Promise<void>>();
  const autoComplete = fn.trigger['autoCompleteMessages'] ?? dependencies.settings.autoCompleteMessages;
  const track = async (run: Promise<void>): Promise<void> => {
    inHand.add(run);
    await run.finally(() => inHand.delete(run));
  };
  const run = async (
    receiver: Receiver,
    messages: readonly ServiceBusReceivedMessage[],
    invocation: Invocation,
  ) => {
    const hold = holdWork(dependencies.work);
    try {
      const passed = await invoke(dependencies, fn, invocation, hold);
      crashPoint(`service-bus-trigger-after-run:${fn.name}`);
      if (passed && autoComplete === false) return;
      await Promise.all(messages.map((message) => settle(dependencies, fn, receiver, message, passed)));
    } finally {
      hold.end();
    }
  };
  return {
    one: (receiver, message) => track(run(receiver, [message], toInvocation(message))),
    batch: (receiver, messages) => track(run(receiver, messages, toBatchInvocation(messages))),
    idle: async () => {
      await Promise.all(inHand);
    },
  };
}

async function invoke(
  dependencies: ReceiverDependencies,
  fn: RegisteredFunction,
  invocation: Invocation,
  hold: ReturnType<typeof holdWork>,
): Promise<boolean> {
  try {
    await invokeWithRetry(dependencies, fn, invocation, hold);
    return true;
  } catch (error) {
    dependencies.log('error', `failed on a message: ${errorDetail(error)}`, { function: fn.name });
    return false;
  }
}

/** A lock that was lost is the broker's business: it delivers the message again. */
async function settle(
  { log }: ReceiverDependencies,
  fn: RegisteredFunction,
  receiver: Receiver,
  message: ServiceBusReceivedMessage,
  passed: boolean,
): Promise<void> {
  try {
    await (passed ? receiver.completeMessage(message) : receiver.abandonMessage(message));
  } catch (error) {
    const what = passed ? 'completed' : 'abandoned';
    log(
      'warn',
      `message ${message.messageId} could not be ${what}, and will be delivered again: ${errorText(error)}`,
      { function: fn.name },
    );
  }
}
