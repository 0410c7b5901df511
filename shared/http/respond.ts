import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { RatchetError } from '../errors.ts';
import { maskSecrets } from '../mask-secrets.ts';

type Handler = (request: HttpRequest, context: InvocationContext) => Promise<HttpResponseInit>;

/** What an answer that is a page says of the next one; nothing where nothing follows. */
export function continuing({ continuation }: { readonly continuation: string | null }) {
  return continuation === null ? {} : { continuation };
}

/** Error body of every route: RFC 9457 problem details, with our error code as `code`. */
function problem(status: number, code: string, detail: string, subject = {}): HttpResponseInit {
  return {
    status,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify({ status, code, detail, ...subject }),
  };
}

/**
 * Answers what a handler throws: a RatchetError as itself, anything else as a 500 that tells a caller nothing but
 * where to look. The log has the rest.
 */
export function answering(handler: Handler): Handler {
  return async (request, context) => {
    try {
      return await handler(request, context);
    } catch (error) {
      if (error instanceof RatchetError) {
        if (error.status >= 500) context.error(`${error.code}: ${error.message}`);
        const detail =
          error.status === 500 ? 'the service is not set up correctly; its log says how' : error.message;
        return problem(error.status, error.code, detail, { subject: error.subject });
      }
      context.error(maskSecrets(error instanceof Error ? (error.stack ?? error.message) : String(error)));
      return problem(
        500,
        'internal',
        `something broke; the log has it under invocation ${context.invocationId}`,
      );
    }
  };
}
