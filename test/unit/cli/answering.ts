import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Asked {
  /** Method and path, such as `GET /api/models`. */
  readonly what: string;
  /** Undefined where none was sent. */
  readonly body: unknown;
}

/** A service that answers each request with the status and body that stand for it, and keeps what it was asked. */
export async function answering(
  answers: Readonly<Record<string, readonly [status: number, body: unknown]>>,
  use: (url: string) => Promise<void>,
): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += String(part);
    const what = `${request.method} ${request.url}`;
    asked.push({ what, body: text === '' ? undefined : JSON.parse(text) });
    const [status, body] = answers[what] ?? [404, { detail: `nothing stands at ${what}` }];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return asked;
}
