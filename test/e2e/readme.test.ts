import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Decision } from '../../shared/domain/decision.ts';
import { launchSampleService, type SampleService } from '../world/sample-service.ts';
import { throughOutages } from '../world/world.ts';

const run = promisify(execFile);

/** The `npx ratchet` lines of the README and of the pages for operators, about data and access, as words. */
const pages = ['README.md', 'docs/operators.md', 'docs/data.md', 'docs/access.md'].map((page) =>
  readFileSync(page, 'utf8'),
);
const commands = [...pages.join('\n').matchAll(/```sh\n(.*?)```/gs)]
  .flatMap((block) => block[1]!.split('\n'))
  .filter((line) => line.startsWith('npx ratchet '))
  .map((line) => ({
    line,
    words: [...line.slice('npx ratchet '.length).matchAll(/"([^"]*)"|(\S+)/g)].map(
      (word) => word[1] ?? word[2]!,
    ),
  }));

/** What each shows, in their order: a look is repeated until it shows. */
const shown: readonly [command: string, shows: RegExp][] = [
  ['models', /^spam-filter {2}champion none yet\n$/],
  ['request', /^Requested: signal manual:spam-filter:[0-9a-f-]{36}\n$/],
  ['decisions', /admitted \(idle\) {2}spam-filter {2}manual:spam-filter:[\s\S]* requests a run: try it\n/],
  ['runs', /^\S+Z {2}spam-filter-\d{8}-[0-9a-f]{8} {2}\S/],
  ['explain', /manual:spam-filter:[\s\S]*try it[\s\S]*Admitted: [\s\S]*spam-filter-\d{8}-[0-9a-f]{8}/],
  ['validate', /^models\/spam-filter\.yaml: valid, hash [0-9a-f]{12}\n/],
  ['freeze', /^Frozen/],
  ['models', /^spam-filter {2}champion .*; frozen by \S+ until thawed/],
  ['thaw', /thawed|[Tt]haw/],
  ['operations', /thaw {2}spam-filter[\s\S]*audit over[\s\S]*freeze {2}spam-filter[\s\S]*audit this week/],
  ['data', /^No file has been checked\.\n$/],
  ['data', /^accepted {2}new\.csv {2}1 row, \d+ bytes\n$/],
  ['whoami', /^\S+ {2}a person, id \S+\nroles {2}operator, approver\nmay {4}read, .*break-glass/],
  ['whoami', /^vic {2}a person, id \S+\nroles {2}viewer\nmay {4}read\n$/],
];
const looks = ['models', 'decisions', 'runs', 'explain', 'operations'];

describe('the commands shown to a new user', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-readme-folder-'));
  let service: SampleService;

  beforeAll(async () => {
    symlinkSync(resolve('models'), join(folder, 'models'));
    writeFileSync(
      join(folder, 'new.csv'),
      'id,date,source,label,text\n1,2002-09-01T00:00:00Z,easy_ham,0,hello\n',
    );
    service = await launchSampleService();
  });

  afterAll(async () => {
    await service?.stop();
    rmSync(folder, { recursive: true });
  });

  /** As somebody types it in the folder of the service: nothing says where that is but its state. */
  async function type(words: readonly string[]): Promise<{ stdout: string; stderr: string }> {
    const env: NodeJS.ProcessEnv = { ...process.env, RATCHET_HOME: service.home, NO_COLOR: '1' };
    for (const name of ['RATCHET_URL', 'RATCHET_KEY', 'RATCHET_MODELS_DIR']) delete env[name];
    return run(process.execPath, [resolve('cli/ratchet.js'), ...words], { cwd: folder, env });
  }

  /** The id of a signal that has its decision, once there is one. */
  async function decidedSignal(): Promise<string> {
    return throughOutages(async () => {
      const { decisions } = JSON.parse((await type(['decisions', '--json'])).stdout) as {
        decisions: readonly Decision[];
      };
      return decisions[0]?.signal.id;
    });
  }

  it('are the ones this test knows what to expect of', () => {
    expect(commands.map(({ words }) => words[0])).toEqual(shown.map(([command]) => command));
  });

  it.each(commands.map((command, at) => ({ ...command, at })))(
    '$line shows what it says',
    async ({ words, at }) => {
      const [command, shows] = shown[at]!;
      const filled = await Promise.all(words.map((word) => (word === 'SIGNAL' ? decidedSignal() : word)));
      let printed = await type(filled);
      if (looks.includes(command) && !shows.test(printed.stdout)) {
        await throughOutages(async () => {
          printed = await type(filled);
          return shows.test(printed.stdout) ? true : undefined;
        }, 30_000).catch(() => undefined);
      }
      expect(printed.stdout).toMatch(shows);
      const asksTheService = command !== 'validate' && filled[1] !== 'check';
      expect(printed.stderr.replace(/ of \S*\//, ' of ')).toBe(
        asksTheService ? `the service of ${basename(service.home)}, ${service.url}:\n` : '',
      );
    },
  );
});
