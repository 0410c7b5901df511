import pc from 'picocolors';
import type { Operation } from '../shared/domain/operation.ts';
import type { ModelVersion } from '../shared/domain/run.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { askModels } from './every-page.ts';
import { operationOptions, operationsPath } from './operation.ts';
import { printableTexts } from './printable-texts.ts';
import { askService, printJson, serviceUsage } from './service.ts';

interface Preview {
  readonly model: string;
  /** Whether the model has no state yet. */
  readonly isNew: boolean;
  readonly champion: ModelVersion | null;
  readonly changes: readonly { readonly what: string; readonly before: string; readonly after: string }[];
}

type Values = Parameters<typeof askService>[0] & { readonly reason?: string };

export const rebuild: Command = {
  summary: "Rebuild models' states from the ledger and the registry, after the task hub was lost.",
  usage: [
    `ratchet rebuild [MODEL] --dry-run ${serviceUsage}`,
    `ratchet rebuild [MODEL] --reason TEXT ${serviceUsage}`,
    'Without MODEL: every model. --dry-run shows what would change, and changes nothing. A model without a state is rebuilt',
    'by itself at its next signal; an existing state keeps what it has; only what is missing is filled in.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, {
      ...operationOptions,
      'dry-run': { type: 'boolean', default: false },
    });
    const [model, ...more] = positionals;
    if (more.length > 0) throw new UsageError('name at most one model');
    const isDry = values['dry-run'];
    if (!isDry && !values.reason)
      throw new UsageError('--reason is missing: it is recorded in the ledger; or use --dry-run');
    const models = model === undefined ? await listModels(values) : [model];
    const answers: unknown[] = [];
    for (const each of models)
      answers.push(isDry ? await preview(each, values) : await carryOut(each, values));
    if (values.json) printJson(isDry ? { models: answers } : { operations: answers });
    else if (models.length === 0) console.log('No models: the service has no model files.');
    return 0;
  },
};

async function listModels(values: Values): Promise<readonly string[]> {
  const { models } = await askModels<{ model: string }>((path) => askService(values, path));
  return models.map(({ model }) => model);
}

async function preview(model: string, values: Values & { json: boolean }): Promise<Preview> {
  const answer = (await askService(values, `models/${encodeURIComponent(model)}/rebuild`)) as Preview;
  if (!values.json) console.log(describe(printableTexts(answer)));
  return answer;
}

async function carryOut(model: string, values: Values & { json: boolean }): Promise<Operation> {
  const body = { action: 'rebuild', reason: values.reason };
  const { operation } = (await askService(
    values,
    operationsPath(model),
    { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    [409],
  )) as { operation: Operation };
  if (!values.json) {
    const { sentence = 'Under way: ratchet operations shows the result.' } = printableTexts(operation);
    console.log(`${pc.bold(model)}  ${sentence}`);
  }
  return operation;
}

function describe({ model, isNew, changes }: Preview): string {
  const state = isNew ? 'has no state yet; a rebuild would set' : 'a rebuild would change';
  if (changes.length === 0) return `${pc.bold(model)}  nothing to rebuild`;
  return [
    `${pc.bold(model)}  ${state}`,
    ...changes.map(({ what, before, after }) => `  ${what}: ${before} -> ${after}`),
  ].join('\n');
}
