import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAtNewPorts } from '../../../local/launch/start-at-new-ports.ts';

describe('the first start of a cloud', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-ports-'));
  const somebody = createServer();
  beforeAll(() => new Promise<void>((resolve) => somebody.listen(0, '127.0.0.1', resolve)));
  afterAll(() => {
    somebody.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Listens on the port that somebody has, so many times; then it is ready. */
  function starting(takenTimes: number): { start: () => Promise<void>; starts: () => number } {
    let starts = 0;
    const start = (): Promise<void> =>
      new Promise((resolve, reject) => {
        if (starts++ >= takenTimes) return resolve();
        const { port } = somebody.address() as { port: number };
        createServer().once('error', reject).listen(port, '127.0.0.1');
      });
    return { start, starts: () => starts };
  }

  it('is tried again where somebody has taken a port meanwhile', async () => {
    const { start, starts } = starting(2);
    await startAtNewPorts(start, join(folder, 'none.json'));
    expect(starts()).toBe(3);
  });

  it('fails where that goes on', async () => {
    const { start, starts } = starting(9);
    await expect(startAtNewPorts(start, join(folder, 'none.json'))).rejects.toThrow('EADDRINUSE');
    expect(starts()).toBe(3);
  });

  it('is not tried again at ports that were chosen before', async () => {
    const file = join(folder, 'ports.json');
    writeFileSync(file, '{}');
    const { start, starts } = starting(1);
    await expect(startAtNewPorts(start, file)).rejects.toThrow('EADDRINUSE');
    expect(starts()).toBe(1);
  });

  it('is not tried again for anything else', async () => {
    let starts = 0;
    const start = async (): Promise<void> => {
      starts++;
      throw new Error('no space left');
    };
    await expect(startAtNewPorts(start, join(folder, 'none.json'))).rejects.toThrow('no space left');
    expect(starts).toBe(1);
  });
});
