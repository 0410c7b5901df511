import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { names, type Resource, resourcesOf, templateOf, templatesIn } from './arm.ts';

type Json = Readonly<Record<string, unknown>>;
interface Reduced {
  readonly source: string;
  readonly required?: readonly string[];
  readonly fields: Readonly<Record<string, Json>>;
}

const { resources: reduced } = JSON.parse(readFileSync('test/schemas/azure-resources.json', 'utf8')) as {
  resources: Readonly<Record<string, Reduced>>;
};

/** No published schema was reduced for these: the types that the compiler has of them are their check. */
const checkedByTheCompilerAlone = [
  ...['Microsoft.Resources/resourceGroups', 'Microsoft.ManagedIdentity/userAssignedIdentities'],
  ...[
    'Microsoft.OperationalInsights/workspaces',
    'Microsoft.Insights/components',
    'Microsoft.Insights/actionGroups',
    'Microsoft.Insights/scheduledQueryRules',
    'Microsoft.Insights/metricAlerts',
    'Microsoft.Insights/workbooks',
  ],
  ...[
    'Microsoft.Network/virtualNetworks',
    'Microsoft.Network/privateDnsZones',
    'Microsoft.Network/privateEndpoints',
  ],
  ...[
    'Microsoft.Network/privateDnsZones/virtualNetworkLinks',
    'Microsoft.Network/privateEndpoints/privateDnsZoneGroups',
  ],
  ...[
    'Microsoft.MachineLearningServices/workspaces',
    'Microsoft.MachineLearningServices/workspaces/computes',
  ],
  'Microsoft.KeyVault/vaults',
];

const expression = { type: 'string', pattern: '^\\[(?!\\[)[\\s\\S]*\\]$' };

/** As the published schemas have it: every value may be an expression instead. */
function orExpression(schema: Json): Json {
  const inner = { ...schema };
  for (const key of ['properties', 'fields'] as const) {
    if (!inner[key]) continue;
    const fields = Object.entries(inner[key] as Record<string, Json>);
    inner[key] = Object.fromEntries(fields.map(([name, field]) => [name, orExpression(field)]));
  }
  if (inner['items']) inner['items'] = orExpression(inner['items'] as Json);
  if (typeof inner['additionalProperties'] === 'object')
    inner['additionalProperties'] = orExpression(inner['additionalProperties'] as Json);
  for (const key of ['anyOf', 'oneOf'])
    if (inner[key]) return { anyOf: [...(inner[key] as Json[]).map(orExpression), expression] };
  return { anyOf: [inner, expression] };
}

const ajv = new Ajv({ allErrors: true });
const any = {};
const ofEvery = {
  type: any,
  apiVersion: any,
  name: any,
  condition: any,
  copy: any,
  dependsOn: any,
  scope: any,
};

function schemaOf({ required = [], fields }: Reduced): Json {
  const own = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, orExpression(field)]));
  const tracked = required.includes('tags')
    ? { location: orExpression({ type: 'string' }), tags: orExpression({ type: 'object' }) }
    : {};
  const properties = { ...ofEvery, ...tracked, ...own };
  return {
    type: 'object',
    properties,
    additionalProperties: false,
    required: ['type', 'apiVersion', 'name', ...required],
  };
}

const check = new Map(Object.entries(reduced).map(([key, schema]) => [key, ajv.compile(schemaOf(schema))]));

const all = names.flatMap((name) => resourcesOf(templateOf(name)).map((resource) => ({ name, resource })));
const keyOf = ({ type, apiVersion }: Resource): string => `${type}@${apiVersion}`;

describe('what the templates deploy', () => {
  it('is of the form that the published schemas of Azure have', () => {
    const problems = all.flatMap(({ name, resource }) => {
      const validate = check.get(keyOf(resource));
      const { type } = resource;
      if (!validate || validate(resource)) return [];
      return [`${name}: ${type}: ${ajv.errorsText(validate.errors)}`];
    });
    expect(problems).toEqual([]);
  });

  it('has a schema, or is named among those that the compiler alone checks', () => {
    const without = all
      .filter(({ resource }) => !check.has(keyOf(resource)))
      .map(({ resource }) => resource.type);
    expect([...new Set(without)].sort()).toEqual([...checkedByTheCompilerAlone].sort());
    const used = new Set(all.map(({ resource }) => keyOf(resource)));
    expect([...check.keys()].filter((key) => !used.has(key))).toEqual([]);
  });

  it('has destinations of events that are of that form, too: expressions choose between them', () => {
    const subscriptions = reduced['Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15']!;
    const { destination } = subscriptions.fields['properties']!['properties'] as Record<string, Json>;
    const validate = ajv.compile(orExpression(destination!));
    const chosen = templatesIn(templateOf('workspace')).flatMap(({ variables }) =>
      variables?.['toQueue'] ? [variables['toQueue'], variables['toFunction']] : [],
    );
    expect(chosen).toHaveLength(4);
    for (const each of chosen) expect(validate(each), ajv.errorsText(validate.errors)).toBe(true);
  });

  it.each([
    ['a field that is none', { properties: { requiresSession: true, requireSession: true } }],
    ['a value of another type', { properties: { requiresSession: 'yes' } }],
    ['no properties', { properties: undefined }],
  ])('would be refused with %s', (_, wrong) => {
    const [queue] = all.filter(({ resource }) => resource.type === 'Microsoft.ServiceBus/namespaces/queues');
    const validate = check.get(keyOf(queue!.resource))!;
    expect(validate(JSON.parse(JSON.stringify({ ...queue!.resource, ...wrong })))).toBe(false);
  });
});
