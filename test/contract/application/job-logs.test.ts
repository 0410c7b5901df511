import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import * as restPipeline from '@azure/core-rest-pipeline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTls } from '../../../local/tls/index.ts';
import { JobLogs, partBytes } from '../../../shared/azure/job-logs.ts';
import type { RatchetError } from '../../../shared/errors.ts';
import { temporaryFolder } from './local-services.ts';

/**
 * The run history and the storage behind it, as their protocols have it: the details of a run name its logs by signed
 * addresses, which take ranges and no token.
 */
describe('the log of a job', () => {
  const log = Buffer.from(`${'ä€😀'.repeat(40_000)}the end\n`);
  const asked: string[] = [];
  let logFiles: Record<string, string> = {};
  let storageStatus: number | null = null;
  let base = '';

  const tls = openTls(temporaryFolder());
  const server = createServer(
    { key: tls.key, cert: tls.cert },
    (request: IncomingMessage, response: ServerResponse) => {
      const url = new URL(request.url ?? '/', base);
      asked.push(
        `${url.pathname} ${request.headers.authorization ?? 'no token'} ${request.headers.range ?? ''}`,
      );
      if (url.pathname === '/blob') return sendPart(request, response);
      const known = url.pathname === '/history/v1.0/ws/runs/a-train/details';
      response
        .writeHead(known ? 200 : 404, { 'content-type': 'application/json' })
        .end(JSON.stringify(known ? { runId: 'a-train', status: 'Running', logFiles } : { error: {} }));
    },
  );

  function sendPart(request: IncomingMessage, response: ServerResponse): void {
    if (storageStatus !== null) return void response.writeHead(storageStatus).end();
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')!;
    if (Number(from) >= log.length) return void response.writeHead(416).end();
    response.writeHead(206).end(log.subarray(Number(from), Number(to) + 1));
  }

  let logs: JobLogs;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `https://localhost:${(server.address() as AddressInfo).port}`;
    logs = new JobLogs(restPipeline, {
      trackingUri: async () => `${base}/mlflow/v1.0/ws`,
      credential: { getToken: async () => ({ token: 't', expiresOnTimestamp: Date.now() + 3_600_000 }) },
      scope: 'https://management.azure.com/.default',
      tls: { tlsOptions: { ca: [tls.ca] } },
    });
  });
  afterAll(() => server.close());

  it('is read part by part, without a token, and no character is cut', async () => {
    logFiles = {
      'system_logs/lifecycler.log': `${base}/no`,
      'user_logs/std_log.txt': `${base}/blob?sig=s3cret`,
    };
    let text = '';
    let parts = 0;
    for (let from = 0, more = true; more; parts++) {
      const part = (await logs.read('a-train', from))!;
      expect(part).toMatchObject({ file: 'user_logs/std_log.txt', status: 'Running' });
      expect(part.next - from).toBeLessThanOrEqual(partBytes);
      text += part.text;
      ({ next: from, more } = part);
    }
    expect(text).toBe(log.toString('utf8'));
    expect(parts).toBe(Math.ceil(log.length / partBytes));
    expect(await logs.read('a-train', log.length)).toMatchObject({ text: '', next: log.length, more: false });
    expect(asked.filter((line) => line.startsWith('/blob') && !line.includes('no token'))).toEqual([]);
    expect(asked[0]).toBe('/history/v1.0/ws/runs/a-train/details Bearer t ');
  });

  it.each([
    [{}, null],
    [
      { 'system_logs/a.log': '/blob', 'azureml-logs/20_image_build_log.txt': '/blob' },
      'azureml-logs/20_image_build_log.txt',
    ],
    [{ 'user_logs/std_log_process_0.txt': '/blob', 'logs/x': '/blob' }, 'user_logs/std_log_process_0.txt'],
  ])('is the one that says most of %j', async (files, expected) => {
    logFiles = Object.fromEntries(Object.entries(files).map(([name, path]) => [name, `${base}${path}`]));
    expect((await logs.read('a-train', 0))!.file).toBe(expected);
  });

  it('is none of a job that the workspace does not have', async () => {
    expect(await logs.read('b-train', 0)).toBeNull();
  });

  it('keeps its signed address out of every error', async () => {
    logFiles = { 'user_logs/std_log.txt': 'https://localhost:1/blob?sig=s3cret' };
    const unreachable = await logs.read('a-train', 0).catch((error: RatchetError) => error);
    logFiles = { 'user_logs/std_log.txt': `${base}/blob?sig=s3cret` };
    storageStatus = 403;
    const refused = await logs.read('a-train', 0).catch((error: RatchetError) => error);
    for (const failure of [unreachable, refused] as RatchetError[]) {
      expect(failure.code).toBe('azure-unavailable');
      expect(`${failure.message}${failure.stack}${String(failure.cause)}`).not.toContain('s3cret');
    }
  });
});
