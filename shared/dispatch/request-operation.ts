import { randomUUID } from 'node:crypto';
import type { HttpRequest, HttpResponse, HttpResponseInit } from '@azure/functions';
import type { Operation, OperatorAction } from '../domain/operation.ts';
import { shortHash } from '../domain/short-hash.ts';
import { readIdempotencyKey } from '../http/read-idempotency-key.ts';
import { type OrchestrationStarter, startOnce } from './instances.ts';

/** What this module needs of a durable client. */
interface OperationStarter extends OrchestrationStarter {
  waitForCompletionOrCreateCheckStatusResponse(
    request: HttpRequest,
    instanceId: string,
    options: { timeoutInMilliseconds: number; retryIntervalInMilliseconds: number },
  ): Promise<HttpResponse>;
}

interface OperatorRequest {
  /** Null: the fleet. */
  readonly model: string | null;
  readonly action: OperatorAction;
  readonly by: string;
  readonly reason: string;
}

const wait = { timeoutInMilliseconds: 15_000, retryIntervalInMilliseconds: 150 };

/**
 * Has an operation carried out and answers what came of it: 200 when it changed something, 409 when there was nothing
 * to change, 202 when it is still under way (the durable entity is busy, or the ledger is away). The same
 * Idempotency-Key is the same operation.
 */
export async function requestOperation(
  client: OperationStarter,
  request: HttpRequest,
  { model, action, by, reason }: OperatorRequest,
): Promise<HttpResponseInit> {
  const key = readIdempotencyKey(request) ?? randomUUID();
  const id = `operation:${model ?? '(fleet)'}:${key}`;
  const instanceId = `operation-${shortHash(id)}`;
  const subject = { signal: id, model: model ?? '(fleet)' };
  const input = { id, model, action, by, reason };
  await startOnce(client, { orchestrator: 'operate', instanceId, input, subject });
  const answer = await client.waitForCompletionOrCreateCheckStatusResponse(request, instanceId, wait);
  if (answer.status === 202)
    return { status: 202, jsonBody: { operation: { id, model, action, by, reason } } };
  const operation = (await answer.json()) as Operation;
  return { status: operation.done ? 200 : 409, jsonBody: { operation } };
}
