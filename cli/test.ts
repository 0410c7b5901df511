import { existsSync, readFileSync } from 'node:fs';
import pc from 'picocolors';
import { type Command, readArgs, UsageError } from './command.ts';
import { printableTexts } from './printable-texts.ts';
import { requireFile } from './require-file.ts';
import { printJson } from './service.ts';

interface Tested {
  readonly file: string;
  readonly test: string;
  readonly problems: readonly string[];
}

export const test: Command = {
  summary: 'Run the tests of policies: events, and the decisions that are expected of each model file.',
  usage: [
    'ratchet test [FILE ...] [--json]',
    'FILE is NAME.tests.yaml beside NAME.yaml. Without files: all of the folder RATCHET_MODELS_DIR, or models.',
    'Exit code: 0 all have passed, 1 one has failed, 2 wrong usage, 3 a file is not valid.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, { json: { type: 'boolean', default: false } });
    const files = positionals.length > 0 ? positionals : await listTests();
    for (const file of files) requireFile(file);
    const tested: Tested[] = [];
    for (const file of files) tested.push(...(await testFile(file)));
    const failed = tested.filter(({ problems }) => problems.length > 0).length;
    if (values.json) printJson({ passed: tested.length - failed, failed, tests: tested });
    else for (const line of describe(printableTexts(tested), failed)) console.log(line);
    return failed === 0 ? 0 : 1;
  },
};

async function listTests(): Promise<readonly string[]> {
  const folder = process.env['RATCHET_MODELS_DIR'] || 'models';
  const { listTestFiles } = await import('../shared/config/load.ts');
  const files = existsSync(folder) ? listTestFiles(folder) : [];
  if (files.length === 0)
    throw new UsageError(`there is no NAME.tests.yaml in ${folder}; name the files to run`);
  return files;
}

async function testFile(file: string): Promise<readonly Tested[]> {
  const { parseYaml } = await import('../shared/config/parse-yaml.ts');
  const { formatProblem } = await import('../shared/config/problem.ts');
  const { readModel } = await import('./read-model.ts');
  const { TestsFileSchema } = await import('./test/tests-schema.ts');
  const { runTest } = await import('./test/run-tests.ts');
  const parsed = parseYaml(file, readFileSync(file, 'utf8'), TestsFileSchema);
  if ('problems' in parsed) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  const modelFile = file.replace(/\.tests(?=\.ya?ml$)/i, '');
  if (modelFile === file) throw new UsageError(`${file}: the tests of NAME.yaml are named NAME.tests.yaml`);
  if (!existsSync(modelFile))
    throw new UsageError(`${file} tests ${modelFile}, and there is no such file; rename one of the two`);
  const config = readModel(modelFile);
  if (!config) throw new Error(`${modelFile} is not valid: its policy cannot be tested`);
  const { pinModel } = await import('../shared/config/pin.ts');
  const pinned = pinModel(config);
  return parsed.value.tests.map((each) => ({ file, test: each.test, problems: runTest(each, pinned) }));
}

function describe(tested: readonly Tested[], failed: number): readonly string[] {
  return [
    ...tested.flatMap(({ file, test: name, problems }) => [
      `${problems.length === 0 ? pc.green('passed') : pc.red('failed')}  ${file}: ${name}`,
      ...problems.map((problem) => `  ${problem}`),
    ]),
    `${tested.length - failed} passed, ${failed} failed`,
  ];
}
