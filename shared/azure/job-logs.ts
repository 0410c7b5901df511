/**
 * What a job has printed, as the workspace keeps it while the job runs and afterwards, and why it failed.
 *
 * Owns: asking the run history; finding the job's log there, the way `az ml job stream` does, and reading a part of it.
 * Does not own: which job of a run is meant.
 *
 * Invariants
 * 1. The address of a log is signed: it is used here and goes nowhere else, errors included, and no token goes with it.
 * 2. No more of a log is read than was asked for, however long it is.
 */
import type {
  HttpClient,
  Pipeline,
  PipelineRequestOptions,
  PipelineResponse,
} from '@azure/core-rest-pipeline';
import { azureError } from './azure-error.ts';
import { callLimit, retryOptions } from './call-limits.ts';
import { type JobError, readJobError } from './classify-failure.ts';
import { parseAnswer, type TrackingOptions } from './tracking.ts';

export interface LogPart {
  /** As the workspace names it: `user_logs/std_log.txt`; null while the job has none. */
  readonly file: string | null;
  /** As the run history has it: `Running`, `Failed`. */
  readonly status: string;
  readonly text: string;
  /** Where the next part begins, in bytes. */
  readonly next: number;
  /** Whether there was more when this part was read. */
  readonly more: boolean;
}

/** What was asked for, and about what: for errors. */
interface Asked {
  readonly asked: string;
  readonly subject: Readonly<Record<string, string>>;
}

/** What is read at once. */
export const partBytes = 256 * 1024;

/** The program's own output first; then what the service says of a job that never came to run it. */
const preferred = [
  /^user_logs\/std_log/,
  /^user_logs\//,
  /^azureml-logs\/70_driver/,
  /^azureml-logs\//,
  /^system_logs\//,
];

export class JobLogs {
  readonly #options: TrackingOptions;
  readonly #sdk: typeof import('@azure/core-rest-pipeline');
  readonly #http: HttpClient;
  readonly #withToken: Pipeline;
  readonly #plain: Pipeline;

  constructor(sdk: typeof import('@azure/core-rest-pipeline'), options: TrackingOptions) {
    this.#sdk = sdk;
    this.#options = options;
    this.#http = sdk.createDefaultHttpClient();
    this.#plain = sdk.createPipelineFromOptions({ retryOptions, ...options.tls });
    this.#withToken = this.#plain.clone();
    const { credential, scope: scopes } = options;
    this.#withToken.addPolicy(sdk.bearerTokenAuthenticationPolicy({ credential, scopes }));
  }

  /** A part of a job's log from a byte on; null where the workspace has no such job. */
  async read(jobName: string, fromByte: number): Promise<LogPart | null> {
    const asked = { asked: `reading the log of job ${jobName}`, subject: { job: jobName } };
    const details = await this.#details(jobName, asked);
    if (details === null) return null;
    const { status, logFiles } = details;
    const known = { status: typeof status === 'string' ? status : 'Unknown' };
    const file = pickLog(logFiles);
    if (file === null) return { ...known, file: null, text: '', next: fromByte, more: false };
    return { ...known, file: file.name, ...(await this.#readPart(asked, file.url, fromByte)) };
  }

  /** What the run history says of a job's failure; null where it says nothing, or has no such job. */
  async errorOf(jobName: string): Promise<JobError | null> {
    const asked = { asked: `reading the error of job ${jobName}`, subject: { job: jobName } };
    return readJobError((await this.#details(jobName, asked))?.['error']);
  }

  /** A run as the run history has it; null where it has none. */
  async #details(jobName: string, asked: Asked): Promise<Readonly<Record<string, unknown>> | null> {
    const tracking = (await this.#options.trackingUri()).replace(/^azureml:/, 'https:');
    const root = tracking.replace(/\/mlflow\/v[12]\.0\//, '/history/v1.0/').replace(/\/+$/, '');
    const url = `${root}/runs/${encodeURIComponent(jobName)}/details`;
    const answer = await this.#send(asked, this.#withToken, { url });
    if (answer.status === 404) return null;
    if (answer.status !== 200) throw azureError(asked.asked, asked.subject, { statusCode: answer.status });
    return parseAnswer(answer.bodyAsText ?? '', asked);
  }

  async #readPart(
    asked: Asked,
    url: string,
    fromByte: number,
  ): Promise<Pick<LogPart, 'text' | 'next' | 'more'>> {
    // One byte more than is handed on tells whether there is more.
    const range = `bytes=${fromByte}-${fromByte + partBytes}`;
    const answer = await this.#send(asked, this.#plain, { url, range });
    const nothing = { text: '', next: fromByte, more: false };
    // Nothing is there beyond what was read before, or the log has gone meanwhile.
    if (answer.status === 416 || answer.status === 404) return nothing;
    if (answer.status !== 200 && answer.status !== 206)
      throw azureError(asked.asked, asked.subject, { statusCode: answer.status });
    const skip = answer.status === 206 ? 0 : fromByte;
    const bytes = await readBytes(answer.readableStreamBody, skip, partBytes + 1);
    const whole = bytes.subarray(0, endOfText(bytes.subarray(0, partBytes)));
    return { text: whole.toString('utf8'), next: fromByte + whole.length, more: bytes.length > partBytes };
  }

  async #send(
    { asked, subject }: Asked,
    pipeline: Pipeline,
    { url, range }: { url: string; range?: string },
  ): Promise<PipelineResponse> {
    const options: PipelineRequestOptions = { url, ...callLimit() };
    const request = this.#sdk.createPipelineRequest(options);
    if (range !== undefined) {
      request.headers.set('range', range);
      request.streamResponseStatusCodes = new Set([200, 206]);
    }
    try {
      return await pipeline.sendRequest(this.#http, request);
    } catch (error) {
      throw azureError(asked, subject, withoutAddress(error, url));
    }
  }
}

/** `limit` bytes of a stream after the first `skip`; the rest is not downloaded. */
async function readBytes(
  stream: NodeJS.ReadableStream | undefined,
  skip: number,
  limit: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let seen = 0;
  for await (const chunk of stream ?? []) {
    const bytes = Buffer.from(chunk);
    const begin = Math.max(0, skip - seen);
    if (begin < bytes.length) chunks.push(bytes.subarray(begin));
    seen += bytes.length;
    if (seen >= skip + limit) break;
  }
  return Buffer.concat(chunks).subarray(0, limit);
}

/** Where the last whole character ends: a part may end within one, which the next part then begins with. */
function endOfText(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return bytes.length;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** An error of the client may hold the address it asked, and with it the signature. */
function withoutAddress(error: unknown, url: string): unknown {
  if (!(error instanceof Error)) return error;
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  return Object.assign(new Error(error.message.replaceAll(url, 'its address'), { cause: error.name }), {
    name: error.name,
    ...(code !== undefined && { code }),
    ...(statusCode !== undefined && { statusCode }),
  });
}

function pickLog(logFiles: unknown): { name: string; url: string } | null {
  const files = Object.entries((logFiles ?? {}) as Record<string, unknown>).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  for (const pattern of preferred) {
    const found = files.find(([name, url]) => pattern.test(name) && typeof url === 'string');
    if (found) return { name: found[0], url: found[1] as string };
  }
  return null;
}
