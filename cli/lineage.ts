import { suggest } from '../shared/config/suggest.ts';
import type { VersionLineage } from '../shared/domain/version-lineage.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { askModels } from './every-page.ts';
import { printableTexts } from './printable-texts.ts';
import { askService, printJson, serviceOptions, serviceUsage } from './service.ts';

const formats = ['text', 'json', 'card', 'openlineage'] as const;

export const lineage: Command = {
  summary:
    'Show where a version of a model comes from and what became of it; as a model card or as OpenLineage.',
  usage: [
    `ratchet lineage MODEL[:VERSION] [--format ${formats.join('|')}] ${serviceUsage}`,
    'Without VERSION: the champion. card is a model card in Markdown, openlineage a list of events in JSON; --json is --format json.',
    'Exit code: 0 shown, 1 shown, and registry, ledger and storage do not agree about the version, 3 there is no such version.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, { ...serviceOptions, format: { type: 'string' } });
    const [given, ...more] = positionals;
    if (given === undefined || more.length > 0) throw new UsageError('name exactly one model or version');
    const format = readFormat(values);
    const [model, named] = splitName(given);
    const asked = { ...values, json: format !== 'text' };
    const version = named ?? (await findChampion(model, asked));
    const path = `models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}/lineage`;
    const found = (await askService(asked, path)) as VersionLineage;
    await print(found, format);
    return found.contradictions.length === 0 ? 0 : 1;
  },
};

type Format = (typeof formats)[number];

function readFormat({
  format,
  json,
}: {
  readonly format?: string | undefined;
  readonly json: boolean;
}): Format {
  if (format === undefined) return json ? 'json' : 'text';
  const known = formats.find((each) => each === format);
  if (!known)
    throw new UsageError(
      `--format: expected ${formats.join(', ')}, got ${JSON.stringify(format)}${suggest(format, formats)}`,
    );
  if (json && known !== 'json' && known !== 'openlineage')
    throw new UsageError(`--json and --format ${known} exclude each other: give one of them`);
  return known;
}

/** `azureml:NAME:VERSION` is how Azure ML's own command line writes it. */
function splitName(given: string): [model: string, version: string | null] {
  const name = given.replace(/^azureml:/, '');
  const colon = name.indexOf(':');
  const [model, version] = colon < 0 ? [name, null] : [name.slice(0, colon), name.slice(colon + 1)];
  if (model !== '' && version !== '') return [model, version];
  throw new UsageError(`expected MODEL or MODEL:VERSION, got ${JSON.stringify(given)}`);
}

async function findChampion(model: string, values: Parameters<typeof askService>[0]): Promise<string> {
  const { models } = await askModels<{ model: string; champion: { version: string } | null }>((path) =>
    askService(values, path),
  );
  const found = models.find((each) => each.model === model);
  const names = models.map((each) => each.model);
  if (!found) throw new Error(`no model ${JSON.stringify(model)}${suggest(model, names)}`);
  if (found.champion) return found.champion.version;
  throw new Error(`model ${model} has no champion yet: name a version, as ratchet lineage ${model}:1`);
}

async function print(found: VersionLineage, format: Format): Promise<void> {
  if (format === 'json') return printJson(found);
  if (format === 'openlineage')
    return printJson((await import('../shared/lineage/open-lineage.ts')).toOpenLineage(found));
  if (format === 'card')
    return console.log((await import('../shared/lineage/model-card.ts')).toModelCard(found));
  const { describeLineage } = await import('./describe-lineage.ts');
  console.log(describeLineage(printableTexts(found)));
}
