/**
 * The people of this machine: who they are, what they may do, and the token each proves it with.
 *
 * Owns: the file, which a person may edit; a token is made for whoever has none.
 * Does not own: what a role allows (the app), how a token is presented (sign-in.ts).
 *
 * Invariants
 * 1. The file is readable by its owner alone, from its first byte on. On Windows it inherits the rights of the folder.
 * 2. Nobody has another's name, id or token.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { z } from 'zod';
import { LocalError } from '../../process/local-error.ts';
import { writeFileAtomically } from '../../process/write-file-atomically.ts';
import { describeIssues, readJson } from '../settings.ts';

const roles = ['viewer', 'operator', 'approver'] as const;

const PersonSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'lower-case letters, digits, dots, underscores and hyphens'),
  roles: z.array(z.enum(roles)),
  /** Further groups by name, for approvals that a model file leaves to them. */
  teams: z
    .array(
      z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,47}$/)
        .refine((team) => !(roles as readonly string[]).includes(team), 'is a role; put it under roles'),
    )
    .optional(),
  /** As the directory has it. Made where there is none. */
  id: z.guid().optional(),
  /** Made where there is none; take it out for a new one. */
  token: z
    .string()
    .regex(/^[A-Za-z0-9_-]{32,200}$/, 'letters, digits, hyphens and underscores, at least 32')
    .optional(),
});

const PeopleSchema = z.strictObject({ people: z.array(PersonSchema).max(1000) });

export interface Person {
  readonly name: string;
  readonly roles: readonly (typeof roles)[number][];
  readonly teams: readonly string[];
  readonly id: string;
  readonly token: string;
}

/** Reads the file, or makes it with some people to try approvals with. Throws an error that names what is wrong. */
export function openPeople(file: string): readonly Person[] {
  const given = existsSync(file) ? read(file) : firstPeople();
  const people = given.map((person) => ({
    ...person,
    teams: person.teams ?? [],
    id: person.id ?? randomUUID(),
    token: person.token ?? randomBytes(32).toString('base64url'),
  }));
  for (const field of ['name', 'id', 'token'] as const) requireDifferent(file, people, field);
  const text = `${JSON.stringify({ people }, null, 2)}\n`;
  if (given.some(({ id, token, teams }) => !id || !token || !teams) || !existsSync(file))
    writeFileAtomically(file, text);
  chmodSync(file, 0o600);
  return people;
}

function read(file: string): z.infer<typeof PersonSchema>[] {
  const parsed = PeopleSchema.safeParse(readJson(file, 'settings'));
  if (!parsed.success) throw new LocalError('settings', describeIssues(file, parsed.error));
  return parsed.data.people;
}

/** The machine's user first: whose commands are, unless they name somebody else. */
function firstPeople(): z.infer<typeof PersonSchema>[] {
  const user = userName()
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '');
  const samples: z.infer<typeof PersonSchema>[] = [
    { name: user.slice(0, 64) || 'you', roles: ['operator', 'approver'] },
    { name: 'ada', roles: ['operator', 'approver'], teams: ['ml-leads'] },
    { name: 'ben', roles: ['approver'], teams: ['ml-leads'] },
    { name: 'vic', roles: ['viewer'] },
  ];
  return samples.filter(({ name }, at) => samples.findIndex((other) => other.name === name) === at);
}

/** A user that the system has no entry of, as in some containers, has none. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}

function requireDifferent(file: string, people: readonly Person[], field: 'name' | 'id' | 'token'): void {
  const at = people.findIndex((person, index) =>
    people.some((other, i) => i < index && other[field] === person[field]),
  );
  if (at === -1) return;
  throw new LocalError(
    'settings',
    `${file}: people.${at}.${field}: somebody else has the same; change one of them`,
  );
}
