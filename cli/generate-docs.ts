/**
 * Writes what is generated from the schemas of the model file, the fleet file and the gate report: JSON Schemas and
 * reference pages.
 * `--check` writes nothing and exits 1 where a file on disk is not what would be written.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { HistoryLineSchema } from '../shared/backtest/history-schema.ts';
import { FleetSchema } from '../shared/config/fleet-schema.ts';
import { ModelConfigSchema } from '../shared/config/schema.ts';
import { GateReportSchema } from '../shared/domain/gate-report-schema.ts';
import { CommandOutputSchema } from './command-output-schema.ts';
import { TestsFileSchema } from './test/tests-schema.ts';

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  /** Ratchet's own keywords: JSON Schema has none for bounds of durations. */
  readonly durationMinimum?: string;
  readonly durationMaximum?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}

const modelSchema = toSchema(ModelConfigSchema);
const fleetSchema = toSchema(FleetSchema);

const outputs: Readonly<Record<string, string>> = {
  'docs/schema/model.schema.json': renderSchema('Ratchet model file', modelSchema),
  'docs/schema/fleet.schema.json': renderSchema('Ratchet fleet file', fleetSchema),
  'docs/schema/command-output.schema.json': renderSchema(
    'Output of ratchet commands',
    toSchema(CommandOutputSchema),
  ),
  'docs/schema/history.schema.json': renderSchema(
    'A line of a history for ratchet backtest',
    toSchema(HistoryLineSchema),
  ),
  'docs/schema/tests.schema.json': renderSchema('Tests of a policy', toSchema(TestsFileSchema)),
  'docs/schema/gate-report.schema.json': renderSchema('Ratchet gate report', toSchema(GateReportSchema)),
  'docs/model-file.md': referencePage(
    'The model file',
    `One YAML file for each model, named after it, in the folder \`models/\`. This page is generated from the schema
(\`npm run docs\`); editors check a file against \`docs/schema/model.schema.json\`. \`npx ratchet validate\` reports
every problem with file and line. A field that is not listed here is an error.`,
    modelSchema,
  ),
  'docs/fleet-file.md': referencePage(
    'The fleet file',
    `\`models/fleet.yaml\`, beside the model files, says what applies to all of them together ([fleet](operators.md#the-fleet)).
Without it, models do not hold each other back; the kill switch works all the same. This page is generated from the schema
(\`npm run docs\`), as is \`docs/schema/fleet.schema.json\`; \`npx ratchet validate\` checks the file.`,
    fleetSchema,
  ),
};

function toSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
}

function renderSchema(title: string, schema: JsonSchema): string {
  return `${JSON.stringify({ title, ...schema }, null, 2)}\n`;
}

function referencePage(title: string, introduction: string, schema: JsonSchema): string {
  const rows = describeFields(schema, '', new Map()).join('\n');
  return `# ${title}

${introduction}

| field | meaning | default |
|---|---|---|
${rows}
`;
}

/** `known`: lists that were described before, by what they are lists of. What is the same is said once. */
function describeFields(node: JsonSchema, path: string, known: Map<string, string>): string[] {
  const alternatives = node.oneOf ?? node.anyOf;
  if (alternatives) {
    return alternatives.flatMap((option) => {
      const tags = Object.entries(option.properties ?? {}).filter(([, field]) => field.const !== undefined);
      const [key, tag] = tags.find(([name]) => option.required?.includes(name)) ?? tags[0] ?? [];
      return describeFields(option, key ? `${path}(${key}: ${String(tag?.const)})` : path, known);
    });
  }
  if (node.items) {
    const own = `${path}[]`;
    const before = node.items.properties && known.get(JSON.stringify(node.items));
    if (before) return [`| \`${own}\` | The same as \`${before}\`. | |`];
    known.set(JSON.stringify(node.items), own);
    return describeFields(node.items, own, known);
  }
  if (typeof node.additionalProperties === 'object' && !node.properties) {
    return describeFields(node.additionalProperties, `${path}.NAME`, known);
  }
  return Object.entries(node.properties ?? {}).flatMap(([name, field]) => {
    const own = path === '' ? name : `${path}.${name}`;
    const fallback = node.required?.includes(name) ? 'required' : describeDefault(field);
    return [`| \`${own}\` | ${describeMeaning(field)} | ${fallback} |`, ...describeFields(field, own, known)];
  });
}

function describeMeaning(field: JsonSchema): string {
  const words = field.enum ? ` One of ${field.enum.map((word) => `\`${String(word)}\``).join(', ')}.` : '';
  return `${(field.description ?? '').replaceAll('|', '\\|')}${words}${describeBounds(field)}`;
}

/** Bounds of a number or a duration, each of which may stand alone; those that only say what can be written do not count. */
function describeBounds(field: JsonSchema): string {
  if (field.durationMinimum !== undefined)
    return ` From \`${field.durationMinimum}\` to \`${field.durationMaximum}\`.`;
  const least = bound(field.minimum, field.exclusiveMinimum, 'at least', 'more than');
  const most = bound(field.maximum, field.exclusiveMaximum, 'at most', 'less than');
  const both = [least, most].filter((text) => text !== null).join(', ');
  return both === '' ? '' : ` ${both[0]!.toUpperCase()}${both.slice(1)}.`;
}

function bound(
  inclusive: number | undefined,
  exclusive: number | undefined,
  within: string,
  beyond: string,
): string | null {
  if (exclusive !== undefined) return `${beyond} ${exclusive.toLocaleString('en')}`;
  if (inclusive === undefined || Math.abs(inclusive) >= Number.MAX_SAFE_INTEGER) return null;
  return `${within} ${inclusive.toLocaleString('en')}`;
}

function describeDefault(field: JsonSchema): string {
  if (field.default === undefined) return 'none';
  const isGroup = typeof field.default === 'object' && field.properties !== undefined;
  return isGroup ? 'as its fields' : `\`${JSON.stringify(field.default)}\``;
}

const check = process.argv.includes('--check');
const stale: string[] = [];
for (const [file, text] of Object.entries(outputs)) {
  if (!check) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } else if (read(file) !== text) stale.push(file);
}
if (stale.length > 0) {
  console.error(`not what the schema says, run npm run docs: ${stale.join(', ')}`);
  process.exitCode = 1;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
  } catch {
    return undefined;
  }
}
