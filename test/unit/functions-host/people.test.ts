import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openPeople } from '../../../local/functions-host/sign-in/people.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-people-'));
const file = join(folder, 'people.json');
beforeEach(() => rmSync(file, { force: true }));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (people: unknown, mode = 0o644) => writeFileSync(file, JSON.stringify({ people }), { mode });

describe('the people of a machine', () => {
  it('are its user, who operates and approves, and three to try approvals with', () => {
    const people = openPeople(file);
    expect(people[0]).toMatchObject({ roles: ['operator', 'approver'] });
    expect(people.slice(-2)).toMatchObject([
      { name: 'ben', roles: ['approver'], teams: ['ml-leads'] },
      { name: 'vic', roles: ['viewer'] },
    ]);
    expect(new Set(people.map(({ token }) => token)).size).toBe(people.length);
  });

  it('stay who they are over starts, and are told apart', () => {
    const first = openPeople(file);
    const text = readFileSync(file, 'utf8');
    expect(openPeople(file)).toEqual(first);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('have a file for its owner alone, whoever wrote it', () => {
    openPeople(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    write([{ name: 'eve', roles: ['viewer'] }]);
    openPeople(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('are given an id and a token where the file has none, and keep those it has', () => {
    const kept = {
      name: 'eve',
      roles: ['viewer'],
      id: '11111111-2222-4333-8444-555555555555',
      token: 't'.repeat(43),
    };
    write([kept, { name: 'new', roles: [] }]);
    const people = openPeople(file);
    expect(people[0]).toEqual({ ...kept, teams: [] });
    expect(people[1]!.token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ people });
  });

  it.each([
    ['an unknown role', [{ name: 'eve', roles: ['admin'] }], 'people.0.roles.0: '],
    ['an unknown field', [{ name: 'eve', roles: [], role: 'viewer' }], 'people.0: '],
    ['no roles', [{ name: 'eve' }], 'people.0.roles: '],
    ['a name with a colon', [{ name: 'machine:x', roles: [] }], 'people.0.name: '],
    ['a short token', [{ name: 'eve', roles: [], token: 'secret' }], 'people.0.token: '],
    ['a team named as a role is', [{ name: 'eve', roles: [], teams: ['approver'] }], 'people.0.teams.0: '],
    [
      'two of one name',
      [
        { name: 'eve', roles: [] },
        { name: 'eve', roles: [] },
      ],
      'people.1.name: somebody else has the same',
    ],
    [
      'two of one token',
      ['a', 'b'].map((name) => ({ name, roles: [], token: 't'.repeat(43) })),
      'people.1.token: somebody else has the same',
    ],
    ['no list', { eve: {} }, 'people: '],
  ])('are refused with %s, by the path in the file and without a token', (_what, people, message) => {
    write(people);
    expect(() => openPeople(file)).toThrow(`${file}: `);
    expect(() => openPeople(file)).toThrow(message);
    expect(() => openPeople(file)).not.toThrow('t'.repeat(43));
    expect(() => openPeople(file)).not.toThrow(/secret/);
  });
});
