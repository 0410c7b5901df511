import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Access, accessTable, type Role, roles, ruleOf } from '../../../shared/access/access-table.ts';
import { allow, functionKey, mayDo, type Visitor } from '../../../shared/access/visitor.ts';
import { ModelOperationSchema } from '../../../shared/operations/parse-operation.ts';

const all = Object.keys(accessTable) as readonly Access[];
const visitor = (kind: 'person' | 'machine', held: readonly Role[]): Visitor => ({
  actor: { kind, name: 'ada', id: 'id-of-ada' },
  roles: held,
  teams: [],
  incomplete: null,
});

/** What a person with one role may do, in full: a change of the table is a change here. */
const byRole: Readonly<Record<Role, readonly Access[]>> = {
  viewer: ['read'],
  operator: [
    ...(['read', 'report', 'request', 'freeze', 'thaw', 'set-mode', 'withdraw', 'cancel-run'] as const),
    ...(['abort-release', 'roll-back', 'quarantine', 'lift-quarantine', 'drill'] as const),
    ...(['diagnose', 'rebuild', 'purge', 'stop', 'resume'] as const),
  ],
  approver: [
    ...(['read', 'set-mode-auto', 'approve', 'accept-run', 'refuse-run', 'break-glass'] as const),
    ...(['approve-release', 'reject-release', 'resume-release', 'accept-release'] as const),
  ],
};
const byMachines: readonly Access[] = [
  ...(['read', 'report', 'request', 'freeze', 'cancel-run', 'abort-release', 'roll-back'] as const),
  ...(['quarantine', 'diagnose', 'stop'] as const),
];

describe('the table of access', () => {
  it.each(roles)('lets a person with the role %s do what it says, and nothing else', (role) => {
    expect(all.filter((access) => mayDo(visitor('person', [role]), access))).toEqual(byRole[role]);
  });

  it('adds roles up', () => {
    const both = visitor('person', ['operator', 'approver']);
    expect(all.filter((access) => mayDo(both, access))).toEqual(all);
  });

  it('lets a function key report, ask, stop and go back, and nothing else', () => {
    expect(all.filter((access) => mayDo(functionKey, access))).toEqual(byMachines);
  });

  it('lets an application do no more than a key, whatever roles it has, and nothing without one', () => {
    expect(all.filter((access) => mayDo(visitor('machine', roles), access))).toEqual(byMachines);
    expect(all.filter((access) => mayDo(visitor('machine', []), access))).toEqual([]);
  });

  it('lets a person without a role do nothing', () => {
    expect(all.filter((access) => mayDo(visitor('person', []), access))).toEqual([]);
  });

  it('knows every operation on a model', () => {
    for (const action of ModelOperationSchema.shape.action.options) expect(all).toContain(action);
  });

  it('is the one in docs/access.md', () => {
    const page = readFileSync('docs/access.md', 'utf8');
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (.+) \| (.+) \| (yes|no) \|$/gm)].map((row) =>
      row.slice(1),
    );
    expect(rows).toEqual(
      all.map((access) => {
        const rule = ruleOf(access);
        return [access, rule.what, rule.roles.join(', '), rule.machines ? 'yes' : 'no'];
      }),
    );
  });
});

describe('a refusal', () => {
  it.each([
    [
      functionKey,
      'approve',
      'approve: a function key is a machine, not a person, and may not: it takes somebody signed in with the role approver; ask under /api/signed-in/, see docs/access.md',
    ],
    [
      visitor('person', ['viewer']),
      'freeze',
      'freeze: ada may not: it takes the role operator, ada has viewer; have the role operator assigned, see docs/access.md',
    ],
    [
      visitor('person', []),
      'read',
      'read: ada may not: it takes the role viewer or operator or approver, ada has no role; have the role viewer or operator or approver assigned, see docs/access.md',
    ],
    [
      { ...visitor('person', []), incomplete: 'groups are left out' },
      'approve',
      'approve: ada may not: it takes the role approver, ada has no role; groups are left out',
    ],
  ] as const)('says who, what it takes and what to do (%#)', (who, access, message) => {
    expect(() => allow(who, access)).toThrow(message);
    expect(() => allow(who, access)).toThrow(expect.objectContaining({ code: 'forbidden', status: 403 }));
  });

  it('is none where it is allowed: then it is known who acts', () => {
    expect(allow(visitor('person', ['operator']), 'freeze')).toEqual({
      ...{ kind: 'person', name: 'ada', id: 'id-of-ada' },
    });
  });
});
