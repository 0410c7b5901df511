/**
 * Whoever sends a request, as far as the platform has proven it, and whether that is enough for what is asked. Pure.
 *
 * Invariant: what is recorded as somebody's doing takes its actor from `allow`, so that nothing is which they may not do.
 */
import type { Actor } from '../domain/actor.ts';
import { RatchetError } from '../errors.ts';
import { type Access, type Role, ruleOf } from './access-table.ts';

export interface Visitor {
  readonly actor: Actor;
  readonly roles: readonly Role[];
  /** Further groups by name, such as `ml-leads`: who may approve what a model file leaves to them. */
  readonly teams: readonly string[];
  /** Why roles may be missing that the visitor has in the directory; null: nothing is missing. */
  readonly incomplete: string | null;
}

/** Whoever has passed the Functions host with a function key: the host does not say with which. */
export const functionKey: Visitor = {
  actor: { kind: 'machine', name: 'function key', id: 'function-key' },
  roles: ['operator'],
  teams: [],
  incomplete: null,
};

export function mayDo({ actor, roles }: Visitor, access: Access): boolean {
  const rule = ruleOf(access);
  return rule.roles.some((role) => roles.includes(role)) && (actor.kind === 'person' || rule.machines);
}

/** Who acts, for the ledger. Throws `forbidden` where the visitor may not. */
export function allow(visitor: Visitor, access: Access): Actor {
  const { actor, roles, incomplete } = visitor;
  if (mayDo(visitor, access)) return actor;
  const rule = ruleOf(access);
  const needed = `the role ${rule.roles.join(' or ')}`;
  if (actor.kind === 'machine' && !rule.machines) {
    throw forbidden(
      access,
      `${actor.id === functionKey.actor.id ? 'a function key' : actor.name} is a machine, not a person, and may not: it takes somebody signed in with ${needed}; ask under /api/signed-in/, see docs/access.md`,
    );
  }
  const has = roles.length === 0 ? 'has no role' : `has ${roles.join(' and ')}`;
  const next = incomplete ?? `have ${needed} assigned, see docs/access.md`;
  throw forbidden(access, `${actor.name} may not: it takes ${needed}, ${actor.name} ${has}; ${next}`);
}

function forbidden(access: Access, why: string): RatchetError {
  return new RatchetError('forbidden', `${access}: ${why}`, { subject: { access } });
}
