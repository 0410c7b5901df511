import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Decision } from '../../shared/domain/decision.ts';
import { launchSampleService, type SampleService } from '../world/sample-service.ts';
import { throughOutages } from '../world/world.ts';

const run = promisify(execFile);

/** The `npx ratchet` lines of the README and of the page for operators, as words. */
const pages = ['README.md', 'docs/operators.md'].map((page) => readFileSync(page, 'utf8')).join('\n');
const commands = [...pages.matchAll(/```sh\n(.*?)```/gs)]
  .flatMap((block) => block[1]!.split('\n'))
  .filter((line) => line.startsWith('npx ratchet '))
  .map((line) => ({
    line,
    words: [...line.slice('npx ratchet '.length).matchAll(/"([^"]*)"|(\S+)/g)].map(
      (word) => word[1] ?? word[2]!,
    ),
  }));

/** The id of a signal that has its decision, once there is one. */
async function decidedSignal(url: string): Promise<string> {
  return throughOutages(async () => {
    const answer = (await (await fetch(`${url}/api/decisions`)).json()) as { decisions: Decision[] };
    return answer.decisions[0]?.signal.id;
  });
}

describe('the commands shown to a new user', () => {
  let service: SampleService;

  beforeAll(async () => {
    service = await launchSampleService();
  });

  afterAll(() => service?.stop());

  it('are the ones this test knows how to run', () => {
    expect(commands.map(({ words }) => words[0])).toEqual([
      'models',
      'request',
      'decisions',
      'runs',
      'explain',
      'validate',
      'freeze',
      'models',
      'thaw',
      'operations',
    ]);
  });

  it.each(commands)('$line does what it says', async ({ words }) => {
    const entry = fileURLToPath(new URL('../../cli/ratchet.js', import.meta.url));
    const given = await Promise.all(
      words.map((word) => (word === 'SIGNAL' ? decidedSignal(service.url) : word)),
    );
    const { stdout, stderr } = await run(process.execPath, [entry, ...given], {
      env: { ...process.env, RATCHET_URL: service.url },
    });
    expect(stderr).toBe('');
    expect(stdout).not.toBe('');
  });
});
