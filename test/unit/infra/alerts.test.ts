/** The alert rules of infra/, played over rows as Application Insights keeps them (test/e2e/telemetry.test.ts sends them). */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluateQuery } from '../../../local/log-analytics/kql/evaluate.ts';
import type { Value } from '../../../local/log-analytics/kql/values.ts';
import { standardTables } from '../../../local/log-analytics/standard-tables.ts';
import {
  type Measure,
  type Metric,
  type MetricName,
  metrics,
} from '../../../shared/telemetry/metric-catalog.ts';

const nowMs = Date.parse('2026-03-10T12:00:00Z');
const columns = standardTables['AppMetrics']!;

type Sent = readonly [metric: MetricName, value: number, attributes?: Measure['attributes']];

/** What the rule answers where these were told. */
function ask(query: string, sent: readonly Sent[]) {
  const rows = sent.map(([metric, value, attributes = {}]) => {
    const row: Readonly<Record<string, Value>> = {
      ...{ TimeGenerated: nowMs, Name: metric, Sum: value, Min: value, Max: value, ItemCount: 1 },
      // Attributes arrive as texts.
      Properties: Object.fromEntries(Object.entries(attributes).map(([name, text]) => [name, String(text)])),
    };
    return columns.map(({ name, type }) => row[name] ?? (type === 'string' ? '' : null));
  });
  return evaluateQuery(query, { nowMs, find: (name) => (name === 'AppMetrics' ? { columns, rows } : null) })
    .rows;
}

const healthy: readonly Sent[] = [
  ['ratchet.watchdog', 1],
  ['ratchet.decisions', 1, { 'ratchet.outcome': 'admitted', 'ratchet.reason': 'idle' }],
  ['ratchet.run.age', 3_600, { 'ratchet.model': 'fraud' }],
  ['ratchet.inbox.oldest.age', 3_600, { 'ratchet.what': 'approval' }],
  ['ratchet.inbox.items', 1, { 'ratchet.what': 'approval' }],
  ['ratchet.inbox.items', 0, { 'ratchet.what': 'broken-file' }],
  ['ratchet.budget.left', 0.4, { 'ratchet.budget': 'fleet' }],
  ['ratchet.releases', 1, { 'ratchet.model': 'fraud', 'ratchet.state': 'settled' }],
  ['ratchet.releases.asking', 1, { 'ratchet.why': 'inconclusive' }],
  ['ratchet.endpoints.drifted', 0, { 'ratchet.model': 'fraud' }],
  ['ratchet.runs', 5, { 'ratchet.model': 'fraud', 'ratchet.outcome': 'gate-failed' }],
  ['ratchet.runs', 2, { 'ratchet.model': 'fraud', 'ratchet.outcome': 'lost' }],
  ['ratchet.steps.failed', 3, { 'ratchet.step': 'get-job', 'ratchet.result': 'outage' }],
  ['ratchet.steps.failed', 30, { 'ratchet.step': 'get-job', 'ratchet.result': 'refused' }],
];

/** What has each rule say something; null: that nothing of its metric was told. */
const troubles: Readonly<Record<string, Sent | null>> = {
  'watchdog-silent': null,
  'nothing-decided': null,
  'run-stuck': ['ratchet.run.age', 90_000, { 'ratchet.model': 'fraud' }],
  'inbox-old': ['ratchet.inbox.oldest.age', 90_000, { 'ratchet.what': 'question' }],
  'budget-low': ['ratchet.budget.left', 0.05, { 'ratchet.budget': 'model', 'ratchet.model': 'fraud' }],
  'release-failed': ['ratchet.releases', 1, { 'ratchet.model': 'fraud', 'ratchet.state': 'rolled-back' }],
  'endpoint-drifted': ['ratchet.endpoints.drifted', 1, { 'ratchet.model': 'fraud' }],
  'release-stuck': ['ratchet.releases.asking', 1, { 'ratchet.why': 'unverified' }],
  'runs-failing': ['ratchet.runs', 1, { 'ratchet.model': 'fraud', 'ratchet.outcome': 'training-failed' }],
  'steps-failing': ['ratchet.steps.failed', 1, { 'ratchet.step': 'pin-data', 'ratchet.result': 'bug' }],
  'model-file-broken': ['ratchet.inbox.items', 1, { 'ratchet.what': 'broken-file' }],
};

const rules = globSync('infra/alerts/*.kql').map((file) => basename(file, '.kql'));
const queryOf = (rule: string): string => readFileSync(`infra/alerts/${rule}.kql`, 'utf8');
const template = readFileSync('infra/modules/alerts.bicep', 'utf8');
const workbook = JSON.parse(readFileSync('infra/workbook.json', 'utf8')) as {
  items: { name: string; content: { query?: string } }[];
};
const charts = workbook.items.flatMap(({ name, content }) =>
  content.query ? [[name, content.query] as const] : [],
);

/** Metrics and attributes that a query names and the app does not emit together. */
function unknownOf(query: string): string[] {
  const named = [...query.matchAll(/"(ratchet\.[\w.]+)"/g)].map(([, name]) => name!);
  const [metric = '', ...attributes] = named;
  const known: Metric | undefined = metrics[metric as MetricName];
  return known
    ? attributes.filter((name) => !(known.attributes as readonly string[]).includes(name))
    : [metric];
}

describe('an alert rule', () => {
  it('is in the template with its query, in the list with its runbook, and tried here', () => {
    const inTemplate = [...template.matchAll(/loadTextContent\('\.\.\/alerts\/([\w-]+)\.kql'\)/g)].map(
      ([, name]) => name,
    );
    expect(inTemplate.sort()).toEqual(rules.sort());
    expect(Object.keys(troubles).sort()).toEqual(rules.sort());
    const pages = globSync('docs/runbooks/*.md').map((file) => basename(file, '.md'));
    expect(pages.sort()).toEqual([...rules, 'dead-letters', 'README'].sort());
    const list = readFileSync('docs/runbooks/README.md', 'utf8');
    const described = [...template.matchAll(/name: '([\w-]+)'\n\s+severity: (\d)[\s\S]*?says: '([^']+)'/g)];
    expect(described).toHaveLength(rules.length);
    for (const [, name, severity, says] of described)
      expect(list).toContain(`| [${name}](${name}.md) | ${severity} | ${says} |`);
  });

  it.each(Object.entries(troubles))(
    '%s speaks when there is something to do, and only then',
    (rule, trouble) => {
      const query = queryOf(rule);
      expect(unknownOf(query)).toEqual([]);
      expect(ask(query, healthy)).toEqual([]);
      const [, silent] = /Name == "([^"]+)"/.exec(query)!;
      const sent = trouble ? [...healthy, trouble] : healthy.filter(([metric]) => metric !== silent);
      expect(ask(query, sent)).toHaveLength(1);
      // A gauge that is not told is not a reason to wake anybody; what must be told is.
      expect(ask(query, [])).toHaveLength(trouble ? 0 : 1);
    },
  );

  it('would be found to ask for what is never told', () => {
    expect(unknownOf('AppMetrics | where Name == "ratchet.run"')).toEqual(['ratchet.run']);
    const query = 'AppMetrics | where Name == "ratchet.runs" and Properties["ratchet.run_id"] == "x"';
    expect(unknownOf(query)).toEqual(['ratchet.run_id']);
  });
});

describe('the workbook', () => {
  it('has charts', () => {
    expect(charts.length).toBeGreaterThan(8);
  });

  it.each(charts)('shows %s from what is told', (_name, query) => {
    expect(unknownOf(query)).toEqual([]);
    expect(() => ask(query, healthy)).not.toThrow();
  });
});

describe('a runbook', () => {
  it.each(globSync('docs/runbooks/*.md'))('%s names only commands that there are', (file) => {
    const text = readFileSync(file, 'utf8');
    const named = [...text.matchAll(/(?:^|`)ratchet ([a-z-]+)/gm)].map(([, name]) => name!);
    if (!file.endsWith('README.md')) expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !existsSync(`cli/${name}.ts`))).toEqual([]);
  });
});
