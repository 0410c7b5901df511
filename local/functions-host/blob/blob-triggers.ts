/**
 * Blob triggers with source Event Grid: `POST /runtime/webhooks/blobs?functionName=Host.Functions.F`.
 *
 * Owns: which events start a function, reading their blobs, what Event Grid is answered.
 * Does not own: deliveries and handshakes (event-grid/), trying again (Event Grid does).
 *
 * Invariants
 * 1. Only `Microsoft.Storage.BlobCreated` of a blob whose path matches starts a function; other events are done.
 * 2. The answer comes when all of a delivery's blobs have ended. One failure answers 500, and all come again.
 * 3. A blob that is gone by then is done: its event must not come for ever.
 * 4. A delivery has at most `blobsAtOnce` blobs in memory.
 */
import { crashPoint } from '../../crash-point.ts';
import { errorDetail } from '../../process/local-error.ts';
import { invokeWithRetry, type RetryDependencies } from '../app/retry.ts';
import { answerDelivery } from '../event-grid/answer-delivery.ts';
import { type Answer, type Exchange, jsonAnswer } from '../http/server.ts';
import { holdWork, type WorkHold } from '../work-hold.ts';
import { pathOf, type TriggeringBlob, toInvocation } from './blob-data.ts';
import { type BlobTrigger, openBlobTrigger } from './open-blob-trigger.ts';
import { matchPath } from './path-pattern.ts';

export interface BlobTriggers {
  /** Answers an exchange whose key has been checked. */
  handleWebhook(exchange: Exchange): Promise<Answer>;
}

const blobsAtOnce = 8;
const addressRule =
  "data.url: expected the address of a blob in an account like that of the trigger's connection";

/** Null: the app has no blob trigger. */
export async function openBlobTriggers(dependencies: RetryDependencies): Promise<BlobTriggers | null> {
  const functions = dependencies.app.functions.filter(
    ({ trigger }) => trigger.type.toLowerCase() === 'blobtrigger',
  );
  if (functions.length === 0) return null;
  const triggers = await Promise.all(functions.map(openBlobTrigger));
  return {
    async handleWebhook(exchange) {
      const wanted = exchange.request.url.searchParams.get('functionName') ?? '';
      const name = /^host\.functions\.(.+)$/i.exec(wanted)?.[1]?.toLowerCase();
      const trigger = triggers.find(({ fn }) => fn.name.toLowerCase() === name);
      if (trigger === undefined) {
        return jsonAnswer(404, {
          error: `functionName: expected Host.Functions.NAME of a function with a blob trigger, got ${JSON.stringify(wanted)}`,
        });
      }
      return answerDelivery(exchange, (events) => runAll(dependencies, trigger, events, exchange.hold));
    },
  };
}

async function runAll(
  dependencies: RetryDependencies,
  trigger: BlobTrigger,
  events: readonly object[],
  outer: WorkHold,
): Promise<Answer> {
  const blobs: TriggeringBlob[] = [];
  for (const event of events) {
    const blob = findBlob(dependencies, trigger, event);
    if (blob === 'malformed') return jsonAnswer(400, { error: addressRule });
    if (blob !== null) blobs.push(blob);
  }
  const waiting = blobs.values();
  let failures = 0;
  const runInTurn = async (): Promise<void> => {
    for (const blob of waiting) if (!(await run(dependencies, trigger, blob, outer))) failures++;
  };
  await Promise.all(Array.from({ length: blobsAtOnce }, runInTurn));
  crashPoint(`blob-trigger-after-run:${trigger.fn.name}`);
  return { status: failures > 0 ? 500 : 202 };
}

interface StorageEvent {
  /** In the Event Grid schema; `type` in CloudEvents. */
  readonly eventType?: unknown;
  readonly type?: unknown;
  readonly data?: { readonly url?: unknown } | null;
}

/** The blob of an event that starts the function, or null when it is none of the trigger's business. */
function findBlob(
  { log }: RetryDependencies,
  { fn, pattern, store }: BlobTrigger,
  event: StorageEvent,
): TriggeringBlob | 'malformed' | null {
  const type = String(event.eventType ?? event.type);
  if (type !== 'Microsoft.Storage.BlobCreated') {
    log('debug', `an event of type ${type.slice(0, 200)} starts no function`, { function: fn.name });
    return null;
  }
  const url = event.data?.url;
  const address = typeof url === 'string' ? store.addressOf(url) : null;
  if (address === null) return 'malformed';
  const parameters = matchPath(pattern, address);
  if (parameters !== null) return { address, parameters };
  log('debug', `${pathOf(address)} does not match the path: it starts no function`, { function: fn.name });
  return null;
}

/**
 * Runs the function for one blob; false when its event should come again. It is work of its own, for which the
 * delivery's stands back: a blob that waits for a retry on the clock does not hold the time of all others.
 */
async function run(
  dependencies: RetryDependencies,
  { fn, store }: BlobTrigger,
  blob: TriggeringBlob,
  outer: WorkHold,
): Promise<boolean> {
  const { work, log, stopping } = dependencies;
  const hold = holdWork(work);
  outer.pause();
  try {
    const content = await store.read(blob.address, stopping);
    if (content === null) {
      log(
        'warn',
        `${pathOf(blob.address)} was deleted before it could be read: its event is taken as handled`,
        { function: fn.name },
      );
    } else {
      await invokeWithRetry(dependencies, fn, toInvocation(fn.trigger, blob, content), hold);
    }
    return true;
  } catch (error) {
    log('error', `failed on blob ${pathOf(blob.address)}: ${errorDetail(error)}`, { function: fn.name });
    return false;
  } finally {
    outer.resume();
    hold.end();
  }
}
