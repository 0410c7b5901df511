/** Hands a request to the process of a deployment, and takes its answer. */
import { type IncomingHttpHeaders, request } from 'node:http';

export interface ScoringRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface ModelAnswer {
  readonly status: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export type Forwarded =
  | { readonly kind: 'answered'; readonly answer: ModelAnswer }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'unreachable' };

/** What belongs to one connection (RFC 9110, section 7.6.1), and what is for the service alone. */
const notPassedOn = new Set([
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'content-length', 'expect', 'host'],
  ...['authorization', 'cookie', 'azureml-model-deployment'],
]);

const passedOn = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || notPassedOn.has(name) ? [] : [[name, String(value)]],
    ),
  );

/** An earlier edition of the service's documentation had 1.5 MB; nobody says how much it is now. */
const longestAnswerBytes = 10 * 1024 * 1024;

export function forward(
  { method, path, headers, body }: ScoringRequest,
  port: number,
  timeoutMs: number,
): Promise<Forwarded> {
  const timeout = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve) => {
    const fail = (): void => resolve({ kind: timeout.aborted ? 'timeout' : 'unreachable' });
    const sent = request(
      {
        ...{ host: '127.0.0.1', port, path, method, agent: false, signal: timeout },
        headers: { ...passedOn(headers), 'content-length': body.length },
      },
      (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          length += chunk.length;
          chunks.push(chunk);
          if (length <= longestAnswerBytes) return;
          resolve({ kind: 'too-large' });
          response.destroy();
        });
        response.on('error', fail);
        response.on('close', () => {
          if (!response.complete) return fail();
          const { statusCode: status = 0, statusMessage: reason = '' } = response;
          const answer = { status, reason, headers: passedOn(response.headers), body: Buffer.concat(chunks) };
          resolve({ kind: 'answered', answer });
        });
      },
    );
    sent.on('error', fail);
    sent.end(body);
  });
}
