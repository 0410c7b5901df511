/**
 * The program that acts for whoever sends a request, such as an assistant that speaks MCP, by its own account.
 *
 * It gives nobody a right and takes none: what somebody may do is theirs whatever they do it with. It is recorded beside
 * who it was, so that what a person did and what a program did for them can be told apart afterwards.
 */
import type { Actor } from '../domain/actor.ts';
import { RatchetError } from '../errors.ts';
import type { Visitor } from './visitor.ts';

const header = 'x-ratchet-agent';

/** The visitor, with the program in the place of the record. Throws `bad-request` for a name that no record could show. */
export function withAgent(headers: { get(name: string): string | null }, visitor: Visitor): Visitor {
  const agent = headers.get(header);
  if (agent === null) return visitor;
  if (!/^[A-Za-z0-9][A-Za-z0-9 ._@/+-]{0,79}$/.test(agent)) {
    throw new RatchetError(
      'bad-request',
      'X-Ratchet-Agent: expected the name of a program, 1 to 80 letters, digits, spaces and . _ @ / + -, beginning with a letter or digit; leave it out where nobody acts for you',
    );
  }
  const actor: Actor = { ...visitor.actor, agent };
  return { ...visitor, actor };
}
