import { type Access, accessTable, ruleOf } from '../shared/access/access-table.ts';
import { mayDo } from '../shared/access/visitor.ts';
import { serve } from '../shared/http/serve.ts';

const all = Object.keys(accessTable) as readonly Access[];

/** Who the service takes a visitor for, with which roles, what that allows, and which roles, one of them, each thing takes. */
serve('get-whoami', {
  route: 'whoami',
  method: 'GET',
  access: 'nothing',
  handler: async (_request, _context, visitor) => {
    const { actor, roles, teams, incomplete } = visitor;
    const may = all.filter((access) => mayDo(visitor, access));
    const takes = Object.fromEntries(all.map((access) => [access, ruleOf(access).roles]));
    return { jsonBody: { ...actor, roles, teams, may, takes, incomplete } };
  },
});
