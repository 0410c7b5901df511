import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EntityId } from 'durable-functions';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SystemClock } from '../../../local/clock/clock.ts';
import { startHost } from './harness.ts';

const script = fileURLToPath(new URL('crash-child.ts', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'durable-crash-'));
  process.env['DURABLE_APP_NOTES'] = join(folder, 'notes');
});
afterEach(() => {
  delete process.env['DURABLE_APP_NOTES'];
  rmSync(folder, { recursive: true });
});

function runUntilKilled(crashAt: string): void {
  const env = { ...process.env, RATCHET_CRASH_AT: crashAt };
  const child = spawnSync(process.execPath, [script, join(folder, 'store.db')], { encoding: 'utf8', env });
  expect(child.signal, child.stderr).toBe('SIGKILL');
}

/** Opens what the killed process left and lets it end. */
async function finish() {
  const host = await startHost({ file: join(folder, 'store.db'), clock: new SystemClock() });
  await host.settle();
  const statuses = await host.client.getStatusAll();
  const { entityState } = await host.client.readEntityState(new EntityId('Counter', 'crash'));
  await host.stop();
  expect(host.logged).toEqual([]);
  return { ended: statuses.map(({ runtimeStatus, output }) => ({ runtimeStatus, output })), entityState };
}

/** A line for each time an activity ran, killed runs included. */
function notes(): string[] {
  const file = join(folder, 'notes');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}

describe('killed at', () => {
  const once = ['crash:1', 'crash:2'];
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
  ])('%s, an orchestration ends, and only what was not committed runs again', async (point, ran) => {
    runUntilKilled(point);
    const ended = [{ runtimeStatus: 'Completed', output: once }];
    expect(await finish()).toEqual({ ended, entityState: 5 });
    expect(notes()).toEqual(ran);
  });

  test.each(['entity-before-commit:Counter', 'entity-after-commit:Counter'])(
    '%s, an entity counts an accepted signal once',
    async (point) => {
      runUntilKilled(point);
      expect((await finish()).entityState).toBe(5);
    },
  );
});
