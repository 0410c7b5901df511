/**
 * Which of an entity's waiting messages it takes next. Pure.
 *
 * Messages are taken in order of arrival. While the entity is locked only the holder's are: its calls, and the release
 * that ends the lock; all others keep their places.
 */
import type { EntityMessage, Message } from '../store/records.ts';

export type Operation = Extract<EntityMessage, { op: string }>;
export type LockRequest = Extract<EntityMessage, { op: null }>;

export type EntityStep =
  | {
      readonly kind: 'operations';
      readonly messages: readonly Message[];
      readonly operations: readonly Operation[];
    }
  | { readonly kind: 'lock'; readonly messages: readonly Message[]; readonly request: LockRequest }
  /** By the holder, or by an orchestration that ended before it got the lock. */
  | { readonly kind: 'release'; readonly messages: readonly Message[]; readonly parent: string };

export function nextStep(lockedBy: string | null, waiting: readonly Message[]): EntityStep | null {
  const eligible = waiting.filter(({ body }) => mayPass(lockedBy, body as EntityMessage));
  const first = eligible[0];
  if (!first) return null;
  const content = first.body as EntityMessage;
  if ('release' in content) return { kind: 'release', messages: [first], parent: content.parent };
  if (content.op === null) return { kind: 'lock', messages: [first], request: content };
  const end = eligible.findIndex(({ body }) => !isOperation(body as EntityMessage));
  const messages = end < 0 ? eligible : eligible.slice(0, end);
  return { kind: 'operations', messages, operations: messages.map(({ body }) => body as Operation) };
}

function isOperation(content: EntityMessage): content is Operation {
  return 'op' in content && content.op !== null;
}

function mayPass(lockedBy: string | null, content: EntityMessage): boolean {
  if (lockedBy === null) return true;
  if ('release' in content) return content.parent === lockedBy;
  return isOperation(content) && content.signal !== true && content.parent === lockedBy;
}

/** `@name@key` taken apart. */
export function splitEntityId(id: string): { name: string; key: string } {
  const at = id.indexOf('@', 1);
  return { name: id.slice(1, at), key: id.slice(at + 1) };
}

export function entityId(name: string, key: string): string {
  return `@${name.toLowerCase()}@${key}`;
}
