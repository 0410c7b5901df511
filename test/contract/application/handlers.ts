/** Functions of the application behind a real HTTP server, with the host's place taken by as little as they need. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import { afterAll } from 'vitest';
import { beginRegistration, installCoreApi } from '../../../local/functions-host/app/core-api.ts';

type Handler = (request: HttpRequest, context: InvocationContext) => Promise<HttpResponseInit>;

/** Serves what `load` registers at `/api/PATH`, by the name that stands for the path, and its parameters. Answers the address. */
export async function serveFunctions(
  load: () => Promise<unknown>,
  names: Readonly<Record<string, string | readonly [name: string, params: Record<string, string>]>>,
): Promise<string> {
  installCoreApi();
  const { registration, lock } = beginRegistration(() => {});
  await load();
  lock();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const found = names[url.pathname.replace(/^\/api\//, '')];
    const [name, params] = typeof found === 'string' ? [found, {}] : (found ?? []);
    const handler = name && (registration.functions.get(name)?.callback as unknown as Handler | undefined);
    if (!handler) {
      response.writeHead(404).end(JSON.stringify({ detail: `no ${url.pathname}` }));
      return;
    }
    const context = { error: () => {}, invocationId: 'i' } as unknown as InvocationContext;
    const answer = await handler(
      new HttpRequest({ method: 'GET', url: url.href, ...(params && { params }) }),
      context,
    );
    const body = answer.jsonBody === undefined ? String(answer.body) : JSON.stringify(answer.jsonBody);
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
