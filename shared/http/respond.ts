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
        return problem(error.status, error.code, detailOf(error, context), { subject: error.subject });
      }
      context.error(maskSecrets(error instanceof Error ? (error.stack ?? error.message) : String(error)));
      return problem(500, 'internal', internal(context));
    }
  };
}

/** What a caller may know: of what is wrong inside, where an operator finds it. */
function detailOf(error: RatchetError, context: InvocationContext): string {
  if (error.status !== 500) return error.message;
  if (error.code === 'bad-setting') return 'the service is misconfigured; its log names the setting';
  return internal(context);
}

const internal = ({ invocationId }: InvocationContext): string =>
  `internal error; the service's log has the details under invocation ${invocationId}`;
