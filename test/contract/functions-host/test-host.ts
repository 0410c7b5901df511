/** Starts the host in this process on a fixture app, with its own HOME and a log that can be read. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { SystemClock } from '../../../local/clock/clock.ts';
import type { LogLevel } from '../../../local/cloud-context.ts';
import { type HostHandle, type HostOptions, startHost } from '../../../local/functions-host/host.ts';
import { until as untilHolds } from '../../until.ts';

export const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));

export interface LogEntry {
  readonly level: LogLevel;
  readonly message: string;
  readonly function?: string;
  readonly invocationId?: string;
}

export interface TestHost extends HostHandle {
  readonly home: string;
  readonly entries: LogEntry[];
  /** What the fixture app noted, of one kind. */
  recorded(kind: string): Promise<unknown[]>;
}

export function newHome(): { home: string; remove(): void } {
  const home = mkdtempSync(join(tmpdir(), 'ratchet-host-'));
  return { home, remove: () => rmSync(home, { recursive: true, force: true }) };
}

export async function startTestHost(
  options: Partial<HostOptions> & { app?: string; home: string },
): Promise<TestHost> {
  const entries: LogEntry[] = [];
  const host = await startHost({
    appDirectory: fixture(options.app ?? 'host-app-cjs'),
    clock: new SystemClock(),
    log: (level, message, fields) => void entries.push({ level, message, ...fields }),
    keys: false,
    port: 0,
    ...options,
  });
  return {
    ...host,
    home: options.home,
    entries,
    async recorded(kind) {
      const response = await fetch(`${host.url}/${options.app === 'host-app-esm' ? 'v1' : 'api'}/recorded`);
      const record = (await response.json()) as { kind: string; value: unknown }[];
      return record.filter((entry) => entry.kind === kind).map((entry) => entry.value);
    },
  };
}

/** A local.settings.json in HOME. */
export function writeSettings(home: string, values: Record<string, string>): string {
  const file = join(home, 'local.settings.json');
  writeFileSync(file, JSON.stringify({ IsEncrypted: false, Values: values }));
  return file;
}

/** Waits until a condition holds, and says which where it does not. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  await untilHolds(async () => {
    if (!(await holds())) throw new Error(`waited in vain until ${what}`);
  });
}

/** An app of its own in a folder of its own, which finds this repository's packages. */
export function writeApp(directory: string, files: Readonly<Record<string, string>>): string {
  mkdirSync(directory, { recursive: true });
  symlinkSync(
    fileURLToPath(new URL('../../../node_modules', import.meta.url)),
    join(directory, 'node_modules'),
  );
  const defaults = { 'package.json': '{"main":"*.js"}', 'host.json': '{"version":"2.0"}' };
  for (const [name, content] of Object.entries({ ...defaults, ...files })) {
    writeFileSync(join(directory, name), content);
  }
  return directory;
}

/** Sends bytes, `SELF` in a text replaced by the host's name, and returns all that comes back until the connection ends. */
export function sendRaw(port: number, bytes: string | Uint8Array): Promise<string> {
  const sent = typeof bytes === 'string' ? bytes.replaceAll('SELF', `127.0.0.1:${port}`) : bytes;
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(sent));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? undefined : reject(error),
    );
    socket.setTimeout(5000, () => socket.destroy(new Error('the host did not close the connection')));
  });
}

export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? Number.NaN);
}

/** A request as `fetch` would not send it: any method, path and headers. */
export function send(
  url: string,
  options: {
    method?: string;
    path?: string;
    headers?: Record<string, string>;
    body?: string | Uint8Array;
  } = {},
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  const { method, path, headers, body } = options;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        ...(method === undefined ? {} : { method }),
        ...(path === undefined ? {} : { path }),
        headers: headers ?? {},
      },
      (incoming) => {
        text(incoming).then(
          (received) =>
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: received }),
          reject,
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
