import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { logs } from '../../../cli/logs.ts';
import { capturePrinted } from './printed.ts';

const printed = capturePrinted();
let written = '';
afterEach(() => {
  written = '';
});

const part = (step: string, text: string, more: object = {}) => ({
  ...{ phase: 'train', attempt: 1, job: 'm-1-train', file: 'user_logs/std_log.txt', status: 'Completed' },
  ...{ step, text, next: text.length, more: false, ended: false, ...more },
});

/** Answers each request for a log with the next of these, and keeps what was asked. */
async function follow(args: readonly string[], answers: readonly object[]): Promise<readonly string[]> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const body = answers[Math.min(asked.push(request.url ?? ''), answers.length) - 1];
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await logs.run(['m-1', ...args, '--url', url])).toBe(0);
  } finally {
    write.mockRestore();
    server.closeAllConnections();
    server.close();
  }
  return asked.map((path) => path.replace(/^.*\?/, ''));
}

describe('the log of a pipeline', () => {
  it('is followed from step to step until the pipeline has ended', async () => {
    const asked = await follow(
      ['--phase', 'train', '--follow'],
      [
        part('prepare', 'a\n'),
        part('prepare', '', { next: 2, ended: true }),
        part('fit', 'b\n'),
        part('fit', 'c\n', { next: 4, ended: true }),
        part('fit', 'b\nc\n', { ended: true }),
      ],
    );
    expect(written).toBe('a\nb\nc\n');
    expect(printed.err).toEqual(['step fit']);
    expect(asked).toEqual([
      'from=0&phase=train',
      'from=2&phase=train&attempt=1&step=prepare',
      'from=0&phase=train&attempt=1',
      'from=2&phase=train&attempt=1&step=fit',
      'from=0&phase=train&attempt=1',
    ]);
  });

  it('is that of one step where one is asked for', async () => {
    const asked = await follow(
      ['--phase', 'train', '--step', 'prepare', '--follow'],
      [part('prepare', 'a\n', { ended: true })],
    );
    expect(asked).toEqual(['from=0&phase=train&step=prepare']);
    await expect(async () => logs.run(['m-1', '--step', 'prepare'])).rejects.toThrow(
      '--step is one of a phase: give --phase train',
    );
  });
});
