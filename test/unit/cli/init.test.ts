import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandOutputs } from '../../../cli/command-output-schema.ts';
import { main } from '../../../cli/main.ts';
import { readModelFile } from '../../../shared/config/load.ts';
import { tasks } from '../../../shared/config/metric-catalog.ts';
import { capturePrinted } from './printed.ts';

const { out, err } = capturePrinted();
const hasSklearn = spawnSync('python3', ['-c', 'import sklearn']).status === 0;

interface Made {
  readonly task: string;
  readonly features: readonly string[];
  readonly leftOut: readonly string[];
  readonly files: readonly string[];
  readonly tried: { readonly outcome: string; readonly sentence: string; readonly verdict: string | null };
  readonly next: readonly string[];
}
const made = (): Made => commandOutputs.init.parse(JSON.parse(out.join('\n')));

describe('ratchet init', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'init-test-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const everyKind = (['python', 'node'] as const).flatMap((language) =>
    tasks.map((task) => ({ language, task })),
  );

  it.each(everyKind)(
    'makes a $task model in $language that trains and passes its gates at once',
    async ({ language, task }) => {
      expect(
        await main([
          'init',
          '--name',
          'first',
          '--language',
          language,
          '--task',
          task,
          '--dir',
          dir,
          '--json',
        ]),
      ).toBe(0);
      const { tried, next, files } = made();
      expect(tried.verdict, tried.sentence).toBe('passed');
      const parsed = readModelFile(join(dir, 'models', 'first.yaml'));
      expect(parsed).toMatchObject({ warnings: [], model: { config: { model: 'first', task } } });
      expect(files.filter((file) => !existsSync(join(dir, file)))).toEqual([]);
      expect(next.at(-1)).toMatch(/ratchet request first --reason "a first champion" --watch$/);
      for (const file of files.filter((each) => each.startsWith('data/'))) {
        out.length = 0;
        expect(
          await main(['data', 'check', join(dir, file), '--model', join(dir, 'models', 'first.yaml')]),
        ).toBe(0);
      }
    },
  );

  it.each(tasks)(
    'makes a %s model with scikit-learn, and says so where the machine has none',
    async (task) => {
      expect(
        await main([
          'init',
          '--name',
          'first',
          '--language',
          'python-sklearn',
          '--task',
          task,
          '--dir',
          dir,
          '--json',
        ]),
      ).toBe(0);
      const { tried } = made();
      expect(tried).toMatchObject(
        hasSklearn
          ? { outcome: 'trained', verdict: 'passed' }
          : { outcome: 'not-tried', sentence: expect.stringContaining('pip install scikit-learn') },
      );
      const compiled = spawnSync('python3', [
        '-c',
        'import ast, sys; [ast.parse(open(f).read()) for f in sys.argv[1:]]',
        ...readdirSync(join(dir, 'code', 'first')).map((file) => join(dir, 'code', 'first', file)),
      ]);
      expect(String(compiled.stderr)).toBe('');
    },
  );

  it('makes the same sample data at every call', async () => {
    for (const name of ['a', 'b']) await main(['init', '--name', name, '--dir', dir, '--no-try', '--json']);
    const [a, b] = ['a', 'b'].map((name) => readFileSync(join(dir, 'data', name, '2026-02.csv'), 'utf8'));
    expect(a).toBe(b);
  });

  it('overwrites nothing unless it is told to', async () => {
    const args = ['init', '--name', 'first', '--dir', dir, '--no-try'];
    expect(await main(args)).toBe(0);
    writeFileSync(join(dir, 'code', 'first', 'train.py'), 'mine');
    rmSync(join(dir, 'data'), { recursive: true });
    expect(await main(args)).toBe(2);
    expect(err.join('\n')).toMatch(
      /models\/first\.yaml, .* and 1 more exist already, and nothing was written/,
    );
    expect(readFileSync(join(dir, 'code', 'first', 'train.py'), 'utf8')).toBe('mine');
    expect(existsSync(join(dir, 'data'))).toBe(false);
    expect(await main([...args, '--force'])).toBe(0);
    expect(readFileSync(join(dir, 'code', 'first', 'train.py'), 'utf8')).not.toBe('mine');
  });

  /** A CSV file of 400 rows, with columns as their makers write them. */
  const ownData = (header: string, row: (at: number) => string): string => {
    const file = join(dir, 'own.csv');
    writeFileSync(
      file,
      `\uFEFF${header}\r\n${Array.from({ length: 400 }, (_, at) => row(at)).join('\r\n')}\r\n`,
    );
    return file;
  };

  it.each(['python', 'node'])('takes data of one’s own, however it is written (%s)', async (language) => {
    const file = ownData('"Amount, €",age: years,#note,"He said ""no""",answer?', (at) =>
      [
        at % 7 === 0 ? '' : (at % 13) + 0.5,
        at % 40,
        '"a, ""b""\r\nc"',
        at % 5,
        at % 40 < 12 ? 'yes' : 'No',
      ].join(','),
    );
    const args = [
      '--name',
      'own',
      '--language',
      language,
      '--data',
      file,
      '--target',
      'answer?',
      '--dir',
      dir,
      '--json',
    ];
    expect(await main(['init', ...args]), err.join('\n')).toBe(0);
    expect(made()).toMatchObject({
      task: 'binary',
      features: ['Amount, €', 'age: years', 'He said "no"'],
      leftOut: ['#note'],
      tried: { outcome: 'trained' },
    });
    const parsed = readModelFile(join(dir, 'models', 'own.yaml'));
    if (!('model' in parsed)) throw new Error(JSON.stringify(parsed.problems));
    expect(parsed.model.config.data.expect?.columns).toMatchObject({
      'Amount, €': { type: 'number', nullShare: 0.2 },
      'answer?': { type: 'string', oneOf: ['No', 'yes'] },
    });
    out.length = 0;
    expect(
      await main([
        'data',
        'check',
        join(dir, 'data', 'own', 'own.csv'),
        '--model',
        join(dir, 'models', 'own.yaml'),
      ]),
    ).toBe(0);
  });

  it('sees by the target which kind of model is wanted', async () => {
    const task = async (name: string, value: (at: number) => string) => {
      const file = ownData('id,x,y', (at) => `r${at},${at % 9},${value(at)}`);
      out.length = 0;
      await main([
        'init',
        '--name',
        name,
        '--data',
        file,
        '--target',
        'y',
        '--dir',
        dir,
        '--no-try',
        '--json',
      ]);
      return made().task;
    };
    expect(await task('a', (at) => String(at % 2))).toBe('binary');
    expect(await task('b', (at) => String(at * 1.5))).toBe('regression');
    expect(await task('c', (at) => ['red', 'green', 'blue'][at % 3]!)).toBe('multiclass');
  });

  it.each([
    [['--target', 'z'], /--target: there is no column "z"; .*the columns are id, x, y/],
    [[], /--target is missing: the column to predict, one of id, x, y/],
    [['--target', 'y', '--id', 'x'], /--id: column "x" must have a different value in every row/],
    [['--target', 'y', '--task', 'binary'], /--task binary: column "y" must have two values, got 10/],
    [['--target', 'y', '--task', 'rank'], /--task: expected binary, regression, multiclass, got "rank"/],
    [['--target', 'y', '--name', 'No Name'], /--name: expected lower-case letters/],
    [['--target', 'y', '--language', 'pyton'], /--language: .*did you mean "python"\?/],
    [['--target', 'y', '--data', 'missing.csv'], /--data: there is no file missing\.csv/],
  ])('says what is wrong with %j', async (args, said) => {
    const file = ownData('id,x,y', (at) => `r${at},${at % 9},${at % 10}`);
    expect(await main(['init', '--name', 'own', '--data', file, ...args, '--dir', dir])).toBe(2);
    expect(err.join('\n')).toMatch(said);
    expect(readdirSync(dir)).toEqual(['own.csv']);
  });

  it('says what the code said where it does not train', async () => {
    const file = ownData('id,x,y', (at) => `r${at},${at % 9},${at === 3 ? 'oops' : at}`);
    const args = [
      'init',
      '--name',
      'own',
      '--data',
      file,
      '--target',
      'y',
      '--dir',
      dir,
      '--task',
      'regression',
    ];
    expect(await main(args)).toBe(1);
    expect(out.join('\n')).toMatch(
      /train\.py failed: exit code 1[\s\S]*could not convert string to float: 'oops'/,
    );
  });

  it('asks nobody where there is no terminal', async () => {
    expect(await main(['init', '--dir', dir])).toBe(2);
    expect(err[0]).toContain('--name is missing, and there is no terminal to ask in');
  });

  it('asks in a terminal for what is not given, and again where the answer is none', async () => {
    const program = `import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)`;
    const child = spawn(
      'python3',
      ['-c', program, process.execPath, resolve('cli/ratchet.js'), 'init', '--no-try', '--dir', dir],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    let shown = '';
    const answers: [RegExp, string][] = [
      [/Name of the model \[[a-z0-9-]+\]: $/, 'asked'],
      [/Language, one of .* \[python\]: $/, 'cobol'],
      [/expected one of python, python-sklearn, node, got "cobol"\s+Language, .*: $/, 'node'],
      [/Your data, .* \[none\]: $/, ''],
      [/Task, one of .* \[binary\]: $/, 'multiclass'],
    ];
    child.stdout.on('data', (chunk) => {
      shown += String(chunk);
      const [next] = answers;
      if (next?.[0].test(stripVTControlCharacters(shown))) child.stdin.write(`${answers.shift()![1]}\n`);
    });
    const code = await new Promise((ended) => child.once('close', ended));
    expect({ code, answers, shown }).toMatchObject({ code: 0, answers: [] });
    expect(readModelFile(join(dir, 'models', 'asked.yaml'))).toMatchObject({
      model: { config: { task: 'multiclass' } },
    });
  });
});
