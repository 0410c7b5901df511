import type { DurableResponse } from '../../contract.ts';
import { describeMissing, findFunction } from '../engine.ts';
import { isFinished } from '../store/records.ts';
import { beginExecution, newId } from '../turns/executions.ts';
import { releaseLocks } from '../turns/turn-effects.ts';
import { type Client, type Handler, noInstance, readJsonText, refusal } from './client.ts';
import { refuseInstanceId } from './ids.ts';
import { renderStatus } from './status.ts';
import { managementUrls } from './urls.ts';

interface Start {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly input: string;
}

/** With `timeout` in the query (seconds) the answer waits for the end that long. */
export const startInstance: Handler = async (client, { query, body, gone }, [name = '', givenId = '']) => {
  const input = readJsonText(body);
  if (input === undefined) return refusal(400, 'The input is not valid JSON.');
  const badId = refuseInstanceId(givenId);
  if (badId !== null) return refusal(400, badId);
  const { defaultVersion } = client.engine.settings.versioning;
  const version = query.get('version') ?? defaultVersion;
  const start = { id: givenId || newId(), name, version, input: input ?? 'null' };
  const timeoutSeconds = Number(query.get('timeout') ?? 0);
  if (!(timeoutSeconds > 0)) return begin(client, start);
  return beginAndWait(client, start, timeoutSeconds * 1000, gone);
};

/** Runs the same function with the same input again, under a new id unless the query says otherwise. */
export const restart: Handler = (client, { query }, [id = '']) => {
  const row = client.engine.store.instance(id);
  if (!row) return noInstance(id);
  const keepId = query.get('restartWithNewInstanceId')?.toLowerCase() === 'false';
  const { name, input } = row;
  const version = client.engine.settings.versioning.defaultVersion;
  return begin(client, { id: keepId ? id : newId(), name, version, input });
};

async function begin(client: Client, start: Start): Promise<DurableResponse> {
  const { engine } = client;
  const { store, commits, clock, settings } = engine;
  if (!findFunction(engine, start.name, 'orchestrationTrigger')) {
    return refusal(400, describeMissing(engine, start.name, 'orchestrationTrigger'));
  }
  return commits.write(() => {
    const existing = store.instance(start.id);
    if (existing && !isFinished(existing.status)) {
      if (settings.overridableExistingInstanceStates !== 'AnyState') {
        return refusal(409, `An Orchestration instance with the status ${existing.status} already exists.`);
      }
      releaseLocks(store, existing.id, existing.locks);
    }
    beginExecution(store, { ...start, parent: null, nowMs: clock.now() });
    return checkStatus(client, start.id);
  });
}

function checkStatus({ origin, hubName }: Client, id: string): DurableResponse {
  const urls = managementUrls(origin, hubName, encodeURIComponent(id));
  const headers = { location: urls['statusQueryGetUri'] ?? '', 'retry-after': '10' };
  return { status: 202, headers, body: { ...urls, id } };
}

async function beginAndWait(
  client: Client,
  start: Start,
  timeoutMs: number,
  gone?: AbortSignal,
): Promise<DurableResponse> {
  const { clock, store } = client.engine;
  let withdraw = (): void => {};
  const ended = new Promise<void>((resolve) => {
    const stopWaiting = client.completions.onFinished(start.id, resolve);
    const stopClock = clock.at(clock.now() + timeoutMs, resolve);
    gone?.addEventListener('abort', () => resolve(), { once: true });
    withdraw = () => {
      stopWaiting();
      stopClock();
    };
  });
  try {
    const begun = await begin(client, start);
    if (begun.status !== 202) return begun;
    await ended;
    const row = store.instance(start.id);
    if (!row || !isFinished(row.status)) return begun;
    if (row.status === 'Completed') return { status: 200, body: JSON.parse(row.output ?? 'null') };
    return { status: row.status === 'Failed' ? 500 : 200, body: renderStatus(row, true) };
  } finally {
    withdraw();
  }
}
