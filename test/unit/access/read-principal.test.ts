import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Role, roles } from '../../../shared/access/access-table.ts';
import { readPrincipal } from '../../../shared/access/read-principal.ts';
import type { SignIn } from '../../../shared/access/sign-in.ts';
import { describeActor } from '../../../shared/domain/actor.ts';
import { RatchetError } from '../../../shared/errors.ts';
import { claim, encode, objectIdType, ofPerson, principal, subjectType } from './principals.ts';

const group = '11111111-2222-4333-8444-555555555555';
const on: SignIn = { isOn: true, groups: new Map() };
const withGroups: SignIn = { isOn: true, groups: new Map([[group, ['approver', 'ml-leads']]]) };

const read = (header: string | null, signIn = on) =>
  readPrincipal(new Headers(header === null ? {} : { 'x-ms-client-principal': header }), signIn);

function refusalOf(header: string | null, signIn = on): RatchetError {
  try {
    read(header, signIn);
  } catch (error) {
    if (error instanceof RatchetError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('a principal', () => {
  it('of a person has the name to be shown, the object id and the app roles', () => {
    expect(read(principal(ofPerson(claim('roles', 'operator'), claim('roles', 'ml-leads'))))).toEqual({
      actor: { kind: 'person', name: 'ada@example.com', id: '3f2c8a4e-0000-4000-8000-000000000001' },
      roles: ['operator'],
      teams: ['ml-leads'],
      incomplete: null,
    });
  });

  it('is one person however its object id is spelled, and wherever it stands', () => {
    const id = '3F2C8A4E-0000-4000-8000-000000000001';
    const { actor } = read(principal(ofPerson(claim('oid', id))));
    expect(actor.id).toBe(id.toLowerCase());
  });

  it('is nobody where authentication is off, whatever it says', () => {
    const off = { isOn: false, groups: new Map() };
    for (const header of [null, principal(ofPerson(claim('roles', 'approver'))), 'x']) {
      expect(refusalOf(header, off)).toMatchObject({ code: 'sign-in-off', status: 403 });
    }
  });

  it.each(['roles', 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role'])(
    'has roles by claims of type %s',
    (type) => {
      expect(read(principal(ofPerson(claim(type, 'approver')))).roles).toEqual(['approver']);
    },
  );

  it('has no role by a claim of another type, though role_typ names it', () => {
    const claims = ofPerson(claim('department', 'approver'), claim('name', 'approver'));
    expect(read(principal(claims, { role_typ: 'department' })).roles).toEqual([]);
  });

  it.each(['Approver', 'approver,operator', 'approver operator', 'approver\u0000'])(
    'has no role by the value %j',
    (value) => {
      expect(read(principal(ofPerson(claim('roles', value)))).roles).toEqual([]);
    },
  );

  it('has the roles and teams of the groups that settings map, in whatever casing, and of no others', () => {
    const found = read(
      principal(ofPerson(claim('groups', group.toUpperCase()), claim('groups', 'operator'))),
      withGroups,
    );
    expect(found).toMatchObject({ roles: ['approver'], teams: ['ml-leads'] });
    expect(read(principal(ofPerson(claim('groups', group))))).toMatchObject({ roles: [], teams: [] });
  });

  it.each([
    ['_claim_names', '{"groups":"src1"}'],
    ['hasgroups', 'true'],
  ])('with too many groups for a token, by %s, says that roles may be missing', (type, value) => {
    const found = read(principal(ofPerson(claim(type, value), claim('roles', 'viewer'))), withGroups);
    expect(found).toMatchObject({ roles: ['viewer'], incomplete: expect.stringContaining('too many') });
    expect(read(principal(ofPerson(claim(type, value)))).incomplete).toBeNull();
  });

  it.each([
    ['its token says so', [...ofPerson(), claim('idtyp', 'app')]],
    ['subject and object id are one', [claim('oid', 'a-1'), claim('sub', 'a-1'), claim('name', 'ada')]],
    [
      'it has no name of a person',
      [claim(objectIdType, 'a-1'), claim(subjectType, 'other'), claim('azp', 'b-2')],
    ],
  ])('is a machine’s where %s', (_why, claims) => {
    expect(read(principal([...claims, claim('roles', 'approver')])).actor.kind).toBe('machine');
  });

  it.each(['machine:function key', 'two\nlines', '', ' ', `a${'b'.repeat(300)}`, '\u202eevil'])(
    'is shown by its id where its name is %j',
    (name) => {
      const claims = [claim('oid', 'a-1'), claim('sub', 's'), claim('preferred_username', name)];
      expect(read(principal(claims)).actor).toEqual({ kind: 'person', name: 'a-1', id: 'a-1' });
    },
  );

  it('is shown by the name that the platform gives where no claim has one, and is no person by that', () => {
    const named = (name: string, ...claims: Parameters<typeof claim>[]) =>
      readPrincipal(
        new Headers({
          'x-ms-client-principal': principal([claim('oid', 'a-1'), ...claims.map((each) => claim(...each))]),
          'x-ms-client-principal-name': name,
        }),
        on,
      ).actor;
    const unfit = ['preferred_username', 'two\nlines'] as const;
    expect(named('ada@example.com', [...unfit])).toEqual({
      kind: 'person',
      name: 'ada@example.com',
      id: 'a-1',
    });
    expect(named('eve', ['preferred_username', 'ada'])).toMatchObject({ name: 'ada' });
    expect(named('machine:x', [...unfit])).toMatchObject({ name: 'a-1' });
    expect(named('deployer')).toEqual({ kind: 'machine', name: 'deployer', id: 'a-1' });
    expect(describeActor(named('', [...unfit]))).toBe('a person without a known name (a-1)');
  });

  it.each([
    ['none', null, 'nobody is signed in'],
    ['no base64', '{"auth_typ":"aad"}', 'is not base64'],
    ['two headers in one', `${principal(ofPerson())}, ${principal(ofPerson())}`, 'is not base64'],
    ['no JSON', Buffer.from('hello').toString('base64'), 'is not base64 of'],
    ['null', encode(null), 'is not base64 of'],
    ['a list', encode([]), 'is not base64 of'],
    ['no claims', encode({ auth_typ: 'aad' }), 'is not base64 of'],
    ['claims that are no list', encode({ auth_typ: 'aad', claims: { typ: 'oid' } }), 'is not base64 of'],
    ['a claim that is null', principal([null]), 'a claim that is not'],
    ['a claim without a value', principal([{ typ: 'oid' }]), 'a claim that is not'],
    ['a claim with a number', principal([{ typ: 'oid', val: 1 }]), 'a claim that is not'],
    ['no object id', principal([claim('preferred_username', 'ada')]), 'no one object id'],
    ['two object ids', principal(ofPerson(claim('oid', 'another'))), 'no one object id'],
    ['an object id with a line end', principal([claim('oid', 'a\nb')]), 'no one object id'],
    ['200 kB', 'A'.repeat(200_000), 'is not base64'],
  ])('that is %s is refused with 401', (_what, header, why) => {
    const refusal = refusalOf(header);
    expect(refusal).toMatchObject({ code: 'not-signed-in', status: 401 });
    expect(refusal.message).toContain(why);
  });

  it.each(['facebook', 'google', 'github', 'AAD', 'aad ', ''])(
    'of the provider %j has no roles',
    (provider) => {
      const header = principal(ofPerson(claim('roles', 'approver')), { auth_typ: provider });
      expect(refusalOf(header)).toMatchObject({ code: 'forbidden', status: 403 });
    },
  );

  it('is a visitor or a refusal, whatever it is', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('oid', 'roles', 'groups', '__proto__', 'approver', 'preferred_username', 'sub'),
    );
    const claims = fc.array(fc.oneof(fc.record({ typ: texts, val: texts }), fc.jsonValue()));
    const values = fc.oneof(
      fc.jsonValue().map(encode),
      claims.map((list) => principal(list)),
      fc.base64String(),
      fc.string({ unit: 'grapheme-ascii' }),
    );
    fc.assert(
      fc.property(values, (header) => {
        try {
          const visitor = readPrincipal({ get: () => header }, withGroups);
          expect(visitor.actor.name).toMatch(/^[^:\n]+$/);
          for (const role of visitor.roles) expect(roles).toContain(role satisfies Role);
          for (const team of visitor.teams) expect(roles).not.toContain(team);
        } catch (error) {
          expect(error).toBeInstanceOf(RatchetError);
          expect([401, 403]).toContain((error as RatchetError).status);
        }
      }),
    );
  });
});
