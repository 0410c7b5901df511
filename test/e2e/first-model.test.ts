import { type ChildProcess, execFile as execFileWithCallback, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Decision } from '../../shared/domain/decision.ts';
import type { Run } from '../../shared/domain/run.ts';
import { throughOutages } from '../world/world.ts';

const execFile = promisify(execFileWithCallback);

type Step = { readonly command: string } | { readonly file: string; readonly text: string };

/** What a page has a reader type or write, in its order. */
const stepsOf = (page: string): readonly Step[] =>
  [...readFileSync(page, 'utf8').matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)]
    .map(([, language, file, text]) => ({ language, file, text: text! }))
    .filter(({ language, file }) => file !== undefined || language === 'sh')
    .flatMap(({ file, text }): Step[] =>
      file === undefined
        ? text
            .trimEnd()
            .split('\n')
            .map((command) => ({ command }))
        : [{ file, text }],
    );

type Seen = readonly [command: string, shows: RegExp];

/** What a reader sees of each command of ours, in the page's order; a look is repeated until it shows. */
const ofFirstModel: readonly Seen[] = [
  ['validate', /^models\/churn\.yaml: valid, hash [0-9a-f]{12}\n$/],
  ['up', /Ratchet is running[\s\S]* models +churn\n/],
  ['local publish', /^Published: code: azureml:churn:1 {2}\(3 files of code\)\n$/],
  ['data check', /^accepted {2}data\/2026-01\.csv {2}600 rows, \d+ bytes\n$/],
  [
    'local upload',
    /^Uploaded: customers\/churn\/2026-01\.csv .*\nUploaded: .*02\.csv .*\nUploaded: .*03\.csv /,
  ],
  ['request', /^Requested: signal manual:churn:[0-9a-f-]+\n$/],
  ['decisions', /admitted \(idle\) {2}churn {2}manual:churn:/],
  ['runs', /churn-\d{8}-[0-9a-f]{8} {2}/],
  ['runs', /requested by manual:churn:/],
  ['logs', /^1\d\d\d rows to learn from\nTraceback /],
  [
    'runs',
    /training-failed {2}Job churn-\S+-train ended Failed: see `ratchet logs (churn-\S+) --phase train`\. .*KeyError/,
  ],
  ['logs', /KeyError: 'churned'\n$/],
  ['local publish', /^Published: code: azureml:churn:2 /],
  ['validate', /valid, hash/],
  ['request', /^Requested: signal/],
  ['logs', /^1\d\d\d rows to learn from\nweights \[/],
  ['logs', /job churn-\S+-evaluate is Completed and has printed nothing\n$/],
  ['runs', /released {2}All 2 gates passed: accuracy 0\.\d+ >= 0\.7500/],
  ['models', /^churn {2}champion \S+; last run \S+ ended released at /],
  ['explain', /mended the name of the column[\s\S]*good-enough: passed[\s\S]*version \S+ released\n$/],
  ['validate', /valid, hash/],
  ['local upload', /^Uploaded: customers\/churn\/2026-04\.csv /],
  ['data', /accepted {2}\S*2026-04\.csv {2}600 rows/],
  ['decisions', /admitted \(idle\) {2}churn {2}data:churn:customers\/churn\/2026-04\.csv:/],
  ['explain', /signal +data:churn:customers\/churn\/2026-04\.csv:[\s\S]*run +churn-/],
];
const ofOwnModel: readonly Seen[] = [
  [
    'init',
    /^Created customers: binary, python, predicts left from months, calls, price\n {2}not used as features, being text: region;[\s\S]*Trained and evaluated once here: All 3 gates passed/,
  ],
  ['validate', /^models\/customers\.yaml: valid, hash/],
  ['up', /Ratchet is running[\s\S]* models +customers\n[\s\S]*npx ratchet request customers/],
  ['local publish', /^Published: code: azureml:customers:1 {2}\(5 files of code\/customers\)\n$/],
  ['local upload', /^Uploaded: data\/customers\/customers\.csv /],
  ['request', /^Requested: signal \S+\n[\s\S]*admitted \(idle\)[\s\S]* released {2}All 3 gates passed/],
  ['models', /^customers {2}champion \S+; last run \S+ ended released at /],
  ['validate', /valid, hash/],
  ['local upload', /^Uploaded: data\/customers\/later\.csv /],
  ['decisions', /admitted \(idle\) {2}customers {2}data:customers:/],
  [
    'runs',
    /^\S+ {2}customers-\S+ {2}(?:released|gate-failed|inconclusive) {2}.*\n\S+ {2}customers-\S+ {2}released/,
  ],
  ['explain', /data:customers:[\s\S]*not-worse: [\s\S]*champion/],
];
const ofSklearn: readonly Seen[] = [
  [
    'init',
    /^Created spend: regression, python-sklearn, predicts spend from months, calls, price\n[\s\S]*(?:Trained and evaluated once here: All 3 gates passed|Not trained here: it needs Python with scikit-learn)/,
  ],
  ['validate', /^models\/spend\.yaml: valid, hash/],
];
const ofExistingJob: readonly Seen[] = [
  ['init', /^Created churn: binary, python, [\s\S]*Trained and evaluated once here: All 3 gates passed/],
  ['validate', /^models\/churn\.yaml: valid, hash/],
];
/** What may be asked again without changing anything. */
const looks = ['decisions', 'runs', 'models', 'explain', 'data', 'logs'];

/** Rows as a reader may have them: with a column of text, and a target that says yes or no. */
function ownData(): string {
  const rows = Array.from({ length: 900 }, (_, at) => {
    const [months, calls, price] = [(at * 7) % 60, (at * 3) % 10, 10 + ((at * 11) % 50)];
    const leaves = 0.9 * calls + 0.08 * price - 0.12 * months - 2 + ((at * 13) % 7) - 3 > 0;
    return `c${at},${months},${calls},${price},${at % 2 ? 'north' : 'south'},${leaves ? 'yes' : 'no'}`;
  });
  return ['id,months,calls,price,region,left', ...rows, ''].join('\n');
}

/** One installation for all pages, from the package as it is packed: nothing of this clone is used but its docs. */
describe('the package, installed into an empty folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'installed-'));
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`,
    NO_COLOR: '1',
    RATCHET_PORT: '0',
  };
  // Nothing that npm or a shell has said to this process is to reach it: it finds itself by the folder alone.
  for (const name of Object.keys(env))
    if (/^(?:npm_|INIT_CWD$|RATCHET_(?:URL|KEY|TOKEN|HOME|MODELS_DIR)$)/.test(name)) delete env[name];
  let service: ChildProcess | undefined;
  let said = '';

  beforeAll(async () => {
    const packed = await execFile(
      'npm',
      ['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
      { env },
    );
    const [{ filename, files }] = JSON.parse(packed.stdout) as [
      { filename: string; files: { path: string }[] },
    ];
    expect(files.filter(({ path }) => path.endsWith('.ts')).map(({ path }) => path)).toEqual([]);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--omit=optional', '--loglevel=error'];
    await execFile('npm', ['install', ...flags, join(folder, filename)], { cwd: folder, env });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  type Ending = 'Ctrl-C' | 'SIGTERM';
  /**
   * A Ctrl-C tells the terminal's whole group, npx and what it has started alike; a signal tells npx alone. Resolves when the
   * last process that can print has gone.
   */
  async function stop(ending: Ending): Promise<void> {
    if (service === undefined) return;
    const stopped = service;
    service = undefined;
    if (stopped.exitCode !== null || stopped.signalCode !== null) return;
    const end = new Promise((ended) => stopped.once('close', ended));
    if (ending === 'Ctrl-C') process.kill(-stopped.pid!, 'SIGINT');
    else process.kill(stopped.pid!, ending);
    await end;
  }

  const pages: readonly [page: string, ending: Ending, seen: readonly Seen[]][] = [
    ['docs/first-model.md', 'Ctrl-C', ofFirstModel],
    ['docs/bring-your-own.md', 'SIGTERM', ofOwnModel],
    ['docs/sklearn-regression.md', 'Ctrl-C', ofSklearn],
    ['docs/existing-azure-ml-job.md', 'Ctrl-C', ofExistingJob],
  ];
  describe.each(pages)('%s', (page, ending, seen) => {
    const steps = stepsOf(page);
    const app = join(folder, basename(page, '.md'));
    /** What npx runs: it takes longer than most commands, and is shown by the first command of a page and the start. */
    const direct = join(folder, 'node_modules', '.bin', 'ratchet');
    beforeAll(() => {
      mkdirSync(app);
      writeFileSync(join(app, 'customers.csv'), ownData());
    });
    afterAll(() => stop(ending));

    /** What a command prints, whether it ends well or not. */
    async function type(command: string): Promise<string> {
      const printed = await execFile('sh', ['-c', command], { cwd: app, env }).catch(
        ({ stdout, stderr }: { stdout: string; stderr: string }) => ({ stdout: stdout + stderr }),
      );
      return printed.stdout;
    }

    /** Nothing is asked of a service that is gone: what it said last tells why. */
    function expectServing(): void {
      if (!service || (service.exitCode === null && service.signalCode === null)) return;
      const { exitCode, signalCode } = service;
      throw new Error(`the service has ended, by ${signalCode ?? `exit code ${exitCode}`}:\n${said}`);
    }

    async function start(command: string): Promise<string> {
      const child = spawn('sh', ['-c', `exec ${command}`], {
        cwd: app,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      service = child;
      said = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
      return throughOutages(async () => {
        expectServing();
        return said.includes('Ctrl-C') ? said : undefined;
      });
    }

    /** The ids that stand for themselves on the page: of the latest run, and of the latest signal that is data. */
    async function fill(command: string): Promise<string> {
      if (/\bRUN\b/.test(command)) {
        const asked = /"(mended[^"]*)"/.test(lastRequest) ? 2 : 1;
        const latest = await throughOutages(async () => {
          const { runs } = JSON.parse(await type(`${direct} runs --json`)) as { runs: Run[] };
          return runs.length >= asked ? runs[0]!.runId : undefined;
        });
        return command.replace(/\bRUN\b/, latest);
      }
      if (!/\bSIGNAL\b/.test(command)) return command;
      const { decisions } = JSON.parse(await type(`${direct} decisions --json`)) as {
        decisions: Decision[];
      };
      return command.replace(/\bSIGNAL\b/, decisions.find(({ signal }) => signal.kind === 'data')!.signal.id);
    }

    let lastRequest = '';
    let at = 0;

    it('has commands that this test knows what to expect of', () => {
      const ours = steps.flatMap((step) =>
        'command' in step && step.command.startsWith('npx ratchet ') ? [step.command] : [],
      );
      expect(ours.map((command, index) => command.startsWith(`npx ratchet ${seen[index]?.[0]}`))).toEqual(
        seen.map(() => true),
      );
    });

    it.each(steps.map((step) => ({ step, name: 'file' in step ? `writes ${step.file}` : step.command })))(
      '$name',
      async ({ step }) => {
        if (!('command' in step)) return writeFileSync(join(app, step.file), step.text);
        const { command } = step;
        if (!command.startsWith('npx ratchet ')) {
          await execFile('sh', ['-c', command], { cwd: app, env });
          return;
        }
        const [words, shows] = seen[at++]!;
        expectServing();
        if (words === 'request') lastRequest = command;
        if (words === 'up') {
          expect(await start(command)).toMatch(shows);
          return;
        }
        const filled = await fill(at === 1 ? command : command.replace('npx ratchet', direct));
        if (!looks.includes(words)) {
          expect(await type(filled)).toMatch(shows);
          return;
        }
        let printed = '';
        await throughOutages(async () => {
          printed = await type(filled);
          return shows.test(printed) ? true : undefined;
        }).catch(() => {
          expectServing();
          expect(printed).toMatch(shows);
        });
      },
    );

    it.runIf(seen.some(([words]) => words === 'up'))(`ends in order at ${ending}`, async () => {
      expect(existsSync(join(app, '.ratchet', 'service.json'))).toBe(true);
      await stop(ending);
      expect(existsSync(join(app, '.ratchet', 'service.json'))).toBe(false);
    });
  });
});
