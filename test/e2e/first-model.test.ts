import { type ChildProcess, execFile as execFileWithCallback, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Decision } from '../../shared/domain/decision.ts';
import type { Run } from '../../shared/domain/run.ts';
import { throughOutages } from '../world/world.ts';

const execFile = promisify(execFileWithCallback);

type Step = { readonly command: string } | { readonly file: string; readonly text: string };

/** What the page has a reader type or write, in its order. */
const steps = [...readFileSync('docs/first-model.md', 'utf8').matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)]
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

/** What a reader sees of each command of ours, in the page's order; a look is repeated until it shows. */
const seen: readonly [command: string, shows: RegExp][] = [
  ['validate', /^models\/churn\.yaml: valid, hash [0-9a-f]{12}\n$/],
  ['local start', /Ratchet is running[\s\S]* models +churn\n/],
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
  ['logs', /^$/],
  ['runs', /released {2}All 2 gates passed: accuracy 0\.\d+ >= 0\.7500/],
  ['models', /^churn {2}champion \S+; last run \S+ ended released at /],
  ['explain', /mended the name of the column[\s\S]*good-enough: passed[\s\S]*version \S+ released\n$/],
  ['validate', /valid, hash/],
  ['local upload', /^Uploaded: customers\/churn\/2026-04\.csv /],
  ['data', /accepted {2}\S*2026-04\.csv {2}600 rows/],
  ['decisions', /admitted \(idle\) {2}churn {2}data:churn:customers\/churn\/2026-04\.csv:/],
  ['explain', /signal +data:churn:customers\/churn\/2026-04\.csv:[\s\S]*run +churn-/],
];
/** What may be asked again without changing anything. */
const looks = ['decisions', 'runs', 'models', 'explain', 'data', 'logs'];

describe('the page about a first model', () => {
  const folder = mkdtempSync(join(tmpdir(), 'first-model-'));
  const bin = join(folder, 'bin');
  const app = join(folder, 'churn');
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env['PATH']}`,
    NO_COLOR: '1',
  };
  for (const name of ['RATCHET_URL', 'RATCHET_KEY', 'RATCHET_HOME', 'RATCHET_MODELS_DIR']) delete env[name];
  env['RATCHET_PORT'] = '0';
  let service: ChildProcess | undefined;

  beforeAll(() => {
    for (const made of [bin, app]) mkdirSync(made);
    symlinkSync(resolve('cli/ratchet.js'), join(bin, 'ratchet'));
  });
  afterAll(async () => {
    if (service?.exitCode === null) {
      const end = new Promise((ended) => service!.once('exit', ended));
      service.kill('SIGTERM');
      await end;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  /** What a command prints, whether it ends well or not. */
  async function type(command: string): Promise<string> {
    const printed = await execFile('sh', ['-c', command], { cwd: app, env }).catch(
      (error: { stdout?: string; stderr?: string }) => error,
    );
    return printed.stdout ?? String(printed);
  }

  async function start(command: string): Promise<string> {
    const child = spawn('sh', ['-c', `exec ${command}`], {
      cwd: app,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    service = child;
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk));
    return throughOutages(async () => {
      if (child.exitCode !== null) throw new Error(printed);
      return printed.includes('Ctrl-C') ? printed : undefined;
    });
  }

  /** The ids that stand for themselves on the page: of the latest run, and of the latest signal that is data. */
  async function fill(command: string): Promise<string> {
    if (/\bRUN\b/.test(command)) {
      const asked = /"(mended[^"]*)"/.test(lastRequest) ? 2 : 1;
      const latest = await throughOutages(async () => {
        const { runs } = JSON.parse(await type('ratchet runs --json')) as { runs: Run[] };
        return runs.length >= asked ? runs[0]!.runId : undefined;
      });
      return command.replace(/\bRUN\b/, latest);
    }
    if (!/\bSIGNAL\b/.test(command)) return command;
    const { decisions } = JSON.parse(await type('ratchet decisions --json')) as { decisions: Decision[] };
    return command.replace(/\bSIGNAL\b/, decisions.find(({ signal }) => signal.kind === 'data')!.signal.id);
  }

  let lastRequest = '';
  let at = 0;

  it('has commands that this test knows what to expect of', () => {
    const ours = steps.flatMap((step) =>
      'command' in step && step.command.startsWith('ratchet ') ? [step.command] : [],
    );
    expect(ours.map((command, index) => command.startsWith(`ratchet ${seen[index]?.[0]}`))).toEqual(
      seen.map(() => true),
    );
  });

  it.each(steps.map((step) => ({ step, name: 'file' in step ? `writes ${step.file}` : step.command })))(
    '$name',
    async ({ step }) => {
      if (!('command' in step)) return writeFileSync(join(app, step.file), step.text);
      const { command } = step;
      if (!command.startsWith('ratchet ')) {
        await execFile('sh', ['-c', command], { cwd: app, env });
        return;
      }
      const [words, shows] = seen[at++]!;
      if (words === 'request') lastRequest = command;
      if (words === 'local start') {
        expect(await start(command)).toMatch(shows);
        return;
      }
      const filled = await fill(command);
      if (!looks.includes(words)) {
        expect(await type(filled)).toMatch(shows);
        return;
      }
      let printed = '';
      await throughOutages(async () => {
        printed = await type(filled);
        return shows.test(printed) ? true : undefined;
      }).catch(() => expect(printed).toMatch(shows));
    },
  );
});
