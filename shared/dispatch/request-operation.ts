import { randomUUID } from 'node:crypto';
import type { HttpRequest, HttpResponse, HttpResponseInit } from '@azure/functions';
import { type Actor, describeActor } from '../domain/actor.ts';
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
  readonly actor: Actor;
  readonly reason: string;
  /** What an order about a release needs of the model file. */
  readonly release?: object;
  /** Makes a repeated request of the same person the same operation, in place of the header. */
  readonly key?: string;
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
  { model, action, actor, reason, release, key: own }: OperatorRequest,
): Promise<HttpResponseInit> {
  const given = own ?? readIdempotencyKey(request);
  // Nobody's request is taken for the repetition of somebody else's.
  const key = given === null ? randomUUID() : `${shortHash(actor.id)}-${given}`;
  const id = `operation:${model ?? '(fleet)'}:${key}`;
  const instanceId = `operation-${shortHash(id)}`;
  const subject = { signal: id, model: model ?? '(fleet)' };
  const said = { id, model, action, by: describeActor(actor), actor, reason };
  const input = { ...said, ...(release && { release }) };
  await startOnce(client, { orchestrator: 'operate', instanceId, input, subject });
  const answer = await client.waitForCompletionOrCreateCheckStatusResponse(request, instanceId, wait);
  if (answer.status === 202) return { status: 202, jsonBody: { operation: said } };
  const operation = (await answer.json()) as Operation;
  return { status: operation.done ? 200 : 409, jsonBody: { operation } };
}
