/**
 * Registers a handler of the HTTP API at both of its doors.
 *
 * A Functions route has one authentication level, and a browser holds no function key. So there are two doors:
 * `/api/…`, which the Functions host opens for a function key: whoever comes is a machine; and `/api/signed-in/…`, which
 * the host leaves open and where this file asks who is signed in: a person, or an application with a token of its own.
 * Both lead to one handler.
 *
 * Invariants
 * 1. No route is open to neither check; a function that registers by itself states its own (post-data-hook, github-hook).
 * 2. A key makes nobody a person: the principal of a request that comes with a key is not looked at.
 * 3. Nothing of a request is read before its visitor may do what the route is for.
 */
import {
  app,
  type FunctionInput,
  type HttpRequest,
  type HttpResponseInit,
  type InvocationContext,
} from '@azure/functions';
import type { Access } from '../access/access-table.ts';
import { withAgent } from '../access/read-agent.ts';
import { readPrincipal } from '../access/read-principal.ts';
import { refuseForeignPage } from '../access/refuse-foreign-page.ts';
import { allow, functionKey, type Visitor } from '../access/visitor.ts';
import { wiring } from '../wiring.ts';
import { answering } from './respond.ts';

interface Served {
  readonly route: string;
  readonly method: 'GET' | 'POST';
  /**
   * What the route is for. `body`: the body says it, and the handler asks `allow` before it does anything; here it is
   * asked whether the visitor may do anything at all. `nothing`: the route tells a visitor about itself.
   */
  readonly access: Access | 'body' | 'nothing';
  readonly extraInputs?: FunctionInput[];
  handler(request: HttpRequest, context: InvocationContext, visitor: Visitor): Promise<HttpResponseInit>;
}

export function serve(name: string, { route, method, access, extraInputs, handler }: Served): void {
  const common = { methods: [method], ...(extraInputs && { extraInputs }) };
  const admit = (visitor: Visitor): Visitor => {
    if (access !== 'nothing') allow(visitor, access === 'body' ? 'read' : access);
    return visitor;
  };
  app.http(name, {
    ...common,
    route,
    authLevel: 'function',
    handler: answering((request, context) =>
      handler(request, context, admit(withAgent(request.headers, functionKey))),
    ),
  });
  app.http(`${name}-signed-in`, {
    ...common,
    route: `signed-in/${route}`,
    authLevel: 'anonymous',
    handler: keepingPrivate(
      answering(async (request, context) => {
        refuseForeignPage(request);
        const { signIn } = await wiring.settings();
        const visitor = readPrincipal(request.headers, signIn);
        return handler(request, context, admit(withAgent(request.headers, visitor)));
      }),
    ),
  });
}

type Handler = (request: HttpRequest, context: InvocationContext) => Promise<HttpResponseInit>;

/** What somebody signed in may see is kept by no cache, unless the answer itself says for how long. */
function keepingPrivate(handler: Handler): Handler {
  return async (request, context) => {
    const answer = await handler(request, context);
    const headers = new Headers(answer.headers as Record<string, string> | undefined);
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
    return { ...answer, headers };
  };
}
