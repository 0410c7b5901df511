/**
 * Reads traces from whatever keeps what the app tells: Jaeger, or the local cloud.
 *
 * Owns: one question, and what an answer may cost. Does not own: how spans read (read-spans.ts), what spans there are
 * (shared/telemetry).
 *
 * Source: Jaeger's query API v3 over HTTP, `GET /api/v3/traces/{trace_id}`: 200 with the spans as OTLP has them in JSON, 404 for
 * a trace that nobody has sent.
 *
 * Invariants
 * 1. Only the address of the setting is asked: no answer leads elsewhere. No credential is sent.
 * 2. An answer is bounded, in bytes, in spans and in time.
 */
import type { TraceSpan } from '../domain/trace.ts';
import { RatchetError } from '../errors.ts';
import { readSpans } from './read-spans.ts';

const timeoutMs = 10_000;
const bytesAtMost = 32 * 1024 * 1024;
const spansAtMost = 2_000;

interface StoredTrace {
  readonly spans: readonly TraceSpan[];
  readonly isCut: boolean;
}

export class TraceStore {
  readonly #url: string;

  /** `url` without a slash at its end. */
  constructor(url: string) {
    this.#url = url;
  }

  /** Without spans where nothing of the trace is kept. Errors: `azure-unavailable`. */
  async find(traceId: string): Promise<StoredTrace> {
    const asked = `reading trace ${traceId} from ${this.#url}`;
    let status: number;
    let text: string;
    try {
      const response = await fetch(`${this.#url}/api/v3/traces/${traceId}`, {
        headers: { accept: 'application/json' },
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      status = response.status;
      text = await readAtMost(response);
    } catch (cause) {
      const why =
        cause instanceof Error ? (cause.cause instanceof Error ? cause.cause : cause).message : String(cause);
      throw unavailable(`${asked}: ${why}; check RATCHET_TRACES, and that what it names runs`, cause);
    }
    if (status === 404) return { spans: [], isCut: false };
    if (status !== 200) throw unavailable(`${asked}: it answered ${status}; check RATCHET_TRACES`);
    const spans = readSpans(parse(asked, text), traceId);
    return { spans: spans.slice(0, spansAtMost), isCut: spans.length > spansAtMost };
  }
}

function parse(asked: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unavailable(`${asked}: the answer is not JSON; check RATCHET_TRACES`, cause);
  }
}

async function readAtMost(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > bytesAtMost) throw new Error(`the answer is longer than ${bytesAtMost} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const unavailable = (message: string, cause?: unknown): RatchetError =>
  new RatchetError('azure-unavailable', message, { subject: { settings: 'RATCHET_TRACES' }, cause });
