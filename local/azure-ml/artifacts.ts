/**
 * A run's artifacts: its log, which lies on this machine, and what it left under ./outputs, which lies in storage.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Reply } from '../http/json-exchange.ts';
import { notFound } from '../http/service-error.ts';
import type { Blobs } from './blobs.ts';
import type { Request } from './http.ts';
import { historyError } from './job-faults.ts';
import type { JobRunner } from './job-runner/index.ts';
import { artifactContainer, artifactFolder } from './locate.ts';
import type { Routes } from './match.ts';
import type { Job } from './store/jobs.ts';

interface ArtifactEntry {
  readonly path: string;
  readonly is_dir: boolean;
  readonly file_size?: number;
}

const logPath = 'user_logs/std_log.txt';
const contentPath = '/artifacts/content/ExperimentRun/';

export class Artifacts {
  readonly #blobs: Blobs;
  readonly #runner: JobRunner;
  readonly #root: string;
  /** Signs the addresses of logs. They are good until the next start. */
  readonly #key = randomBytes(32);

  /** `root` is the address of the artifact routes. */
  constructor(blobs: Blobs, runner: JobRunner, root: string) {
    this.#blobs = blobs;
    this.#runner = runner;
    this.#root = root;
  }

  /** The entries right below `path`, folders as such. */
  async list(run: string, path: string): Promise<ArtifactEntry[]> {
    const prefix = path === '' || path.endsWith('/') ? path : `${path}/`;
    const files = (await this.#files(run)).filter((file) => file.path.startsWith(prefix));
    const entries = files.map((file): ArtifactEntry => {
      const rest = file.path.slice(prefix.length);
      const slash = rest.indexOf('/');
      if (slash >= 0) return { path: prefix + rest.slice(0, slash), is_dir: true };
      return { path: file.path, is_dir: false, file_size: file.sizeBytes };
    });
    return [...new Map(entries.map((entry) => [entry.path, entry])).values()];
  }

  /** An address the log can be read from without a token. */
  logUrl(run: string): string {
    const path = `${contentPath}dcid.${run}/${logPath}`;
    return `${this.#root}${path}?sig=${this.#sign(path)}`;
  }

  /** What the run history tells of a run: how it stands, where its log is, and why it failed. */
  async details({ name: run, status, error }: Job): Promise<Reply> {
    const log = await this.#runner.openLog(run);
    await log?.close();
    const logFiles = log ? { [logPath]: this.logUrl(run) } : {};
    const failure = error ? { error: historyError(error) } : {};
    return { status: 200, body: { runId: run, status, logFiles, ...failure } };
  }

  /** Routes below `root`; the caller has a token for them. */
  routes(): Routes {
    return {
      'GET /artifacts/contentinfo/ExperimentRun/:container/*': async (
        _request,
        { container = '', rest = '' },
      ) => {
        const run = container.replace(/^dcid\./, '');
        const file = (await this.#files(run)).find((candidate) => candidate.path === rest);
        if (!file) throw notFound(`Artifact ${rest} of run ${run}`);
        const blob = { container: artifactContainer, path: `${artifactFolder(run)}${rest}` };
        const contentUri = rest === logPath ? this.logUrl(run) : this.#blobs.readableUrl(blob);
        return { status: 200, body: { contentUri, origin: 'ExperimentRun', container, path: rest } };
      },
    };
  }

  /** The log itself, to whoever holds its signed address; undefined for any other request. */
  async signedContent(request: Request, path: string): Promise<Reply | undefined> {
    const signature = request.query.get('sig');
    const run = new RegExp(`^${contentPath}dcid\\.([A-Za-z0-9_-]+)/${logPath}$`).exec(path)?.[1];
    if (!signature || !run || request.method !== 'GET') return undefined;
    const expected = Buffer.from(this.#sign(path));
    const given = Buffer.from(signature);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    const log = await this.#runner.openLog(run);
    if (!log) throw notFound(`The log of run ${run}`);
    try {
      return { status: 200, body: await log.readFile() };
    } finally {
      await log.close();
    }
  }

  async #files(run: string): Promise<{ path: string; sizeBytes: number }[]> {
    const folder = { container: artifactContainer, path: artifactFolder(run) };
    const stored = (await this.#blobs.list(folder)).map((blob) => ({
      path: blob.path.slice(folder.path.length),
      sizeBytes: blob.sizeBytes,
    }));
    const log = await this.#runner.openLog(run);
    if (!log) return stored;
    const { size } = await log.stat().finally(() => log.close());
    return [...stored, { path: logPath, sizeBytes: size }];
  }

  #sign(path: string): string {
    return createHmac('sha256', this.#key).update(path).digest('base64url');
  }
}
