import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const script = fileURLToPath(new URL('crash-child.ts', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'durable-crash-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function runChild(task: 'start' | 'finish', crashAt?: string) {
  const { signal, stdout, stderr } = spawnSync(process.execPath, [script, join(folder, 'store.db'), task], {
    encoding: 'utf8',
    env: {
      ...process.env,
      DURABLE_APP_NOTES: join(folder, 'notes'),
      ...(crashAt ? { RATCHET_CRASH_AT: crashAt } : {}),
    },
  });
  return { signal, stdout, stderr };
}

function notes(): string[] {
  const file = join(folder, 'notes');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}

const once = ['crash:1', 'crash:2'];

describe('killed at', () => {
  test.each([
    ['activity-begin:note', once],
    ['activity-before-commit:note', ['crash:1', ...once]],
    ['activity-before-commit:note#2', [...once, 'crash:2']],
    ['activity-after-commit:note', once],
    ['activity-after-commit:note#2', once],
    ['turn-before-commit:noteTwice', once],
    ['turn-before-commit:noteTwice#3', once],
    ['turn-after-commit:noteTwice', once],
    ['turn-after-commit:noteTwice#2', once],
    ['entity-before-commit:Counter', once],
    ['entity-after-commit:Counter', once],
  ])('%s, everything accepted ends, and only what was not committed runs again', (point, ran) => {
    const killed = runChild('start', point);
    expect(killed.signal, killed.stderr).toBe('SIGKILL');
    const finished = runChild('finish');
    expect(finished.stderr).toBe('');
    const { runtimeStatus, output, entityState } = JSON.parse(finished.stdout);
    expect({ runtimeStatus, output }).toEqual({ runtimeStatus: 'Completed', output: once });
    expect(notes()).toEqual(ran);
    if (point.startsWith('entity')) expect(entityState).toBe(5);
  });
});
