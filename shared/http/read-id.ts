import type { HttpRequest } from '@azure/functions';

/**
 * What a route's `{id}` names, the likelier first. Hosts decode a route value but for `%2F`, so that `a%2Fb` is either
 * what was sent as `a%252Fb` or, decoded here, `a/b`: both are looked for, and only one of them will be there.
 */
export function readIds(request: HttpRequest, name = 'id'): readonly string[] {
  const given = (request.params[name] ?? '').slice(0, 4000);
  const decoded = given.replaceAll(/%2f/gi, '/');
  return given === decoded ? [given] : [given, decoded];
}
