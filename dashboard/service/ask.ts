/** Asks the HTTP API, behind the door of people: the browser's session says who. */

/** An answer that is none, in the service's own words. */
export class ServiceError extends Error {
  /** 0: the service was not reached. */
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'ServiceError';
    this.status = status;
    this.code = code;
  }
}

export const door = '/api/signed-in';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function send(path: string, init: RequestInit): Promise<Answer> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${door}/${path}`, { ...init, redirect: 'error' });
    text = await response.text();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ServiceError(0, 'not-reached', 'the service could not be reached');
  }
  try {
    return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
  } catch {
    const from = response.ok ? 'answered with something else than JSON' : `answered ${response.status}`;
    throw new ServiceError(response.ok ? 502 : response.status, 'not-json', `the service ${from}`);
  }
}

function refusalOf({ status, body }: Answer): ServiceError {
  const { code, detail } = (body ?? {}) as { code?: unknown; detail?: unknown };
  return new ServiceError(
    status,
    typeof code === 'string' ? code : 'unknown',
    typeof detail === 'string' ? detail : `the service answered ${status}`,
  );
}

/** Throws a ServiceError where the answer is none. */
export async function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  const answer = await send(path, signal ? { signal } : {});
  if (answer.status >= 200 && answer.status < 300) return answer.body as T;
  throw refusalOf(answer);
}

/**
 * Sends an order. The key makes a second click, or the same sent again after an outage, the same order. 409 with an
 * operation is an answer too: that nothing was done, and why.
 */
export async function order(path: string, body: object, key: string): Promise<Answer> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key };
  const answer = await send(path, { method: 'POST', headers, body: JSON.stringify(body) });
  const isOperation = typeof answer.body === 'object' && answer.body !== null && 'operation' in answer.body;
  if (answer.status < 300 || (answer.status === 409 && isOperation)) return answer;
  throw refusalOf(answer);
}

/** Also where a page is not served over TLS, which `randomUUID` asks for. */
export function makeKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
