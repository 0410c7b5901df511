import type { Reply } from '../http/json-exchange.ts';
import { methodNotAllowed } from '../http/service-error.ts';
import type { Request } from './http.ts';

export type Params = Readonly<Record<string, string>>;
type Handler = (request: Request, params: Params) => Reply | Promise<Reply>;

/** `GET /jobs/:name`: fixed segments match in any case, as Resource Manager has it; `:name` takes one segment. */
export type Routes = Readonly<Record<string, Handler>>;

/**
 * Answers by the first route that fits `path`, or undefined when none does. A path that is known under another
 * method throws 405.
 */
export function dispatch(routes: Routes, request: Request, path: string): Reply | Promise<Reply> | undefined {
  const segments = splitPath(path);
  const otherMethods: string[] = [];
  for (const [route, handler] of Object.entries(routes)) {
    const [method = '', pattern = ''] = route.split(' ');
    const params = matchSegments(splitPath(pattern), segments);
    if (params && method === request.method) return handler(request, params);
    if (params) otherMethods.push(method);
  }
  if (otherMethods.length > 0) throw methodNotAllowed(request.method, otherMethods);
  return undefined;
}

export function splitPath(path: string): string[] {
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decode);
}

function matchSegments(pattern: readonly string[], segments: readonly string[]): Params | undefined {
  const rest = pattern.at(-1) === '*';
  if (rest ? segments.length < pattern.length : segments.length !== pattern.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const actual = segments[index]!;
    if (expected === '*') params['rest'] = segments.slice(index).join('/');
    else if (expected.startsWith(':')) params[expected.slice(1)] = actual;
    else if (expected.toLowerCase() !== actual.toLowerCase()) return undefined;
  }
  return params;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // a stray percent sign names nothing we have
  }
}
