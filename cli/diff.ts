import { existsSync } from 'node:fs';
import { join } from 'node:path';
import pc from 'picocolors';
import { printable } from '../shared/gates/report/printable.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { compareConfigs, type Difference } from './diff/compare-configs.ts';
import { theOneModel } from './operation.ts';
import { readModel } from './read-model.ts';
import { requireFile } from './require-file.ts';
import { askService, printJson, serviceOptions, serviceUsage } from './service.ts';

export const diff: Command = {
  summary: 'Show what differs between a model file here, the one in force, and the one a run was pinned to.',
  usage: [
    `ratchet diff MODEL [--run RUN] [--file FILE] ${serviceUsage}`,
    'Without --run: what would change with the file here, FILE or models/MODEL.yaml, against the one in force at the service.',
    'With --run: against the one that the run was pinned to; where there is no file here, of the one in force.',
    'Defaults count as written: only what has another effect is shown, by the path of its field, with what the field means.',
    'Exit code: 0 nothing differs, 1 something does, 2 wrong usage, 3 any other error, or the file is not valid.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, {
      ...serviceOptions,
      run: { type: 'string' },
      file: { type: 'string' },
    });
    const model = theOneModel(positionals);
    const usual = join(process.env['RATCHET_MODELS_DIR'] || 'models', `${model}.yaml`);
    const file = values.file ?? (existsSync(usual) ? usual : null);
    if (file !== null) requireFile(file);
    if (file === null && values.run === undefined)
      throw new UsageError(
        `there is no ${usual} here: name a file with --file, or a run to compare with by --run`,
      );
    const ask = async (path: string) => ((await askService(values, path)) as { config: unknown }).config;
    const inForce = `models/${encodeURIComponent(model)}/file`;
    const before =
      values.run === undefined
        ? await ask(inForce)
        : await ask(`runs/${encodeURIComponent(values.run)}/model-file`);
    const after = file === null ? await ask(inForce) : readModel(file);
    if (after === null) return 3;
    const found = compareConfigs(before, JSON.parse(JSON.stringify(after)));
    const [from, to] = [values.run === undefined ? 'in force' : `run ${values.run}`, file ?? 'in force'];
    if (values.json) printJson({ model, from, to, differences: found });
    else await print(found, from, to);
    return found.length === 0 ? 0 : 1;
  },
};

async function print(found: readonly Difference[], from: string, to: string): Promise<void> {
  if (found.length === 0) return console.log(`Nothing differs: ${from}, ${to}.`);
  const { describeField } = await import('./diff/describe-field.ts');
  console.log(pc.dim(`${from} → ${to}`));
  for (const { path, before, after } of found) {
    console.log(`${pc.bold(printable(path))}: ${pc.red(show(before))} → ${pc.green(show(after))}`);
    const meaning = describeField(path);
    if (meaning !== '') console.log(pc.dim(`  ${meaning}`));
  }
}

const show = (value: unknown): string =>
  value === undefined ? 'nothing' : printable(JSON.stringify(value)).slice(0, 400);
