/**
 * One turn of an entity: a batch of operations, or a lock taken or given back, in one commit.
 *
 * Invariants
 * 1. State, answers, outgoing signals and the consumption of the batch are one transaction.
 * 2. An entity runs one batch at a time, its operations in order of arrival.
 * 3. Whatever an operation throws reaches its caller, never the signaller, and never stops the entity.
 */
import { crashPoint } from '../../../crash-point.ts';
import { type Engine, findFunction, messageOf, timestamp } from '../engine.ts';
import { EventType } from '../history.ts';
import type { Mailbox } from '../mailboxes.ts';
import { type EntityRow, isFinished, type Message } from '../store/records.ts';
import {
  type EntityStep,
  entityId,
  type LockRequest,
  nextStep,
  type Operation,
  splitEntityId,
} from './entity-batch.ts';
import { newId } from './executions.ts';

/** What an entity function returns. Texts are JSON. */
interface BatchResult {
  readonly entityExists: boolean;
  readonly entityState?: string | null;
  readonly results: readonly { readonly isError: boolean; readonly result?: string }[];
  readonly signals: readonly {
    readonly target: { readonly name: string; readonly key: string };
    readonly name: string;
    readonly input?: string;
  }[];
}

export function canTakeEntityTurn(engine: Engine, mailbox: Mailbox): boolean {
  return nextStep(load(engine, mailbox.target).lockedBy, mailbox.messages) !== null;
}

export async function takeEntityTurn(engine: Engine, mailbox: Mailbox): Promise<readonly Message[]> {
  const entity = load(engine, mailbox.target);
  const step = nextStep(entity.lockedBy, mailbox.messages);
  if (!step) return [];
  if (step.kind === 'operations') await runOperations(engine, entity, step);
  else await engine.commits.write(() => changeLock(engine, entity, step));
  return step.messages;
}

function load(engine: Engine, id: string): EntityRow {
  const row = engine.store.entity(id);
  return row ?? { id, exists: false, state: null, lockedBy: null, updatedMs: engine.clock.now() };
}

async function runOperations(
  engine: Engine,
  entity: EntityRow,
  step: Extract<EntityStep, { kind: 'operations' }>,
): Promise<void> {
  const { name } = splitEntityId(entity.id);
  const registered = findFunction(engine, name, 'entityTrigger')?.name ?? name;
  const result = await callEntity(engine, entity, step.operations);
  crashPoint(`entity-before-commit:${registered}`);
  await engine.commits.write(() => {
    engine.store.consume(step.messages);
    engine.store.putEntity({
      ...entity,
      exists: result.entityExists,
      state: result.entityState ?? null,
      updatedMs: engine.clock.now(),
    });
    step.operations.forEach((operation, index) => {
      answer(engine, operation, result.results[index]);
    });
    for (const { target, name: op, input } of result.signals) {
      const signal = { op, id: newId(), signal: true, ...(input ? { input } : {}) };
      engine.store.sendToEntity(entityId(target.name, target.key), signal);
    }
  });
  crashPoint(`entity-after-commit:${registered}`);
}

/** A batch that fails as a whole leaves the state as it was and tells every caller why. */
async function callEntity(
  engine: Engine,
  entity: EntityRow,
  operations: readonly Operation[],
): Promise<BatchResult> {
  const self = splitEntityId(entity.id);
  try {
    const fn = findFunction(engine, self.name, 'entityTrigger');
    if (!fn) {
      throw new Error(
        `The function '${self.name}' doesn't exist, is disabled, or is not an entity function.`,
      );
    }
    const batch = operations.map(({ op, input, signal }) => ({
      name: op,
      input: input ?? null,
      isSignal: signal === true,
    }));
    const trigger = { self, exists: entity.exists, state: entity.state, batch };
    const { returnValue } = await engine.app.invoke(fn, { trigger: { string: JSON.stringify(trigger) } });
    return JSON.parse(returnValue?.json ?? returnValue?.string ?? '') as BatchResult;
  } catch (error) {
    const message = messageOf(error);
    engine.log('error', `entity ${entity.id}: a batch of ${operations.length} operations failed: ${message}`);
    const result = { isError: true, result: JSON.stringify(message) };
    return {
      entityExists: entity.exists,
      entityState: entity.state,
      results: operations.map(() => result),
      signals: [],
    };
  }
}

function answer(
  engine: Engine,
  operation: Operation,
  result: BatchResult['results'][number] | undefined,
): void {
  if (operation.signal || operation.parent === undefined) return;
  const content = {
    ...(result?.result === undefined ? {} : { result: result.result }),
    ...(result?.isError ? { exceptionType: 'Error' } : {}),
  };
  reply(engine, operation.parent, operation.parentExecution ?? null, operation.id, content);
}

function reply(engine: Engine, parent: string, execution: string | null, id: string, content: object): void {
  engine.store.send(parent, execution, {
    EventType: EventType.EventRaised,
    EventId: -1,
    Timestamp: timestamp(engine),
    Name: id,
    Input: JSON.stringify(content),
  });
}

function changeLock(
  engine: Engine,
  entity: EntityRow,
  step: Exclude<EntityStep, { kind: 'operations' }>,
): void {
  const { store } = engine;
  store.consume(step.messages);
  if (step.kind === 'release') {
    if (entity.lockedBy === step.parent) store.putEntity({ ...entity, lockedBy: null });
    return;
  }
  if (!holderLives(engine, step.request)) return;
  store.putEntity({ ...entity, lockedBy: step.request.parent });
  passOn(engine, step.request);
}

/** A request whose orchestration has ended would lock the entity for ever. */
function holderLives(engine: Engine, { parent, parentExecution }: LockRequest): boolean {
  const row = engine.store.instance(parent);
  return row !== null && row.executionId === parentExecution && !isFinished(row.status);
}

/** Locks are taken one entity after another; the last one answers the orchestration. */
function passOn(engine: Engine, request: LockRequest): void {
  const pos = request.pos + 1;
  const next = request.lockset[pos];
  if (next !== undefined) {
    engine.store.sendToEntity(next, { ...request, pos });
    return;
  }
  const content = { result: 'Lock Acquisition Completed' };
  reply(engine, request.parent, request.parentExecution, request.id, content);
}
