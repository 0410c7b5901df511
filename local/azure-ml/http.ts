import type { Reply } from '../http/json-exchange.ts';
import type { ServiceError } from '../http/service-error.ts';

export interface Request {
  readonly method: string;
  /** Decoded path segments are taken from it by match.ts; this is as it was sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Parsed JSON, or undefined when there was no body. */
  readonly body: unknown;
  /** `https://localhost:PORT`: what links back to this server begin with. */
  readonly origin: string;
}

/** The error body of Resource Manager, which the artifact routes use, too. */
export function armErrorReply(error: ServiceError): Reply {
  const { status, code, message, headers } = error;
  return {
    status,
    headers,
    body: { error: { code, message, target: null, details: [], additionalInfo: [] } },
  };
}
