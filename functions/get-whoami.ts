import { type Access, accessTable } from '../shared/access/access-table.ts';
import { mayDo } from '../shared/access/visitor.ts';
import { serve } from '../shared/http/serve.ts';

const all = Object.keys(accessTable) as readonly Access[];

/** Who the service takes a visitor for, with which roles, and what that allows. */
serve('get-whoami', {
  route: 'whoami',
  method: 'GET',
  access: 'nothing',
  handler: async (_request, _context, visitor) => {
    const { actor, roles, teams, incomplete } = visitor;
    const may = all.filter((access) => mayDo(visitor, access));
    return { jsonBody: { ...actor, roles, teams, may, incomplete } };
  },
});
