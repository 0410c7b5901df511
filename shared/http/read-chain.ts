import type { HttpRequest } from '@azure/functions';
import { RatchetError } from '../errors.ts';

/** A chain of the decision log in the query string: `?chain=decisions/spam-filter`; `operations/(fleet)` is the fleet's. */
export function readChain(request: HttpRequest): {
  readonly table: 'decisions' | 'runs' | 'operations' | 'releases';
  readonly partition: string;
} {
  const given = request.query.get('chain') ?? '';
  const [, table, partition] =
    /^(decisions|runs|operations|releases)\/([a-z0-9-]{1,48}|\(fleet\))$/.exec(given) ?? [];
  if (table && partition) return { table: table as 'decisions', partition };
  throw new RatchetError(
    'bad-request',
    `chain: expected one that GET /api/audit/checkpoint names, such as decisions/spam-filter, got ${JSON.stringify(given.slice(0, 100))}`,
  );
}
