import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseModelFile } from '../../../shared/config/load.ts';
import type { PinnedModel } from '../../../shared/config/schema.ts';
import { AlertSchema, notesOn, parseAlert } from '../../../shared/signals/parse-alert.ts';

const sample = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');

function modelNamed(name: string, rules: readonly string[] = []): [string, PinnedModel] {
  const alerts = rules.map((rule, index) => `    - { name: alert-${index}, rule: ${rule} }\n`).join('');
  const text = sample
    .replace('model: tiny', `model: ${name}`)
    .replace(/ {2}alerts:\n(?: {4}.*\n)+/, alerts === '' ? '' : `  alerts:\n${alerts}`);
  const parsed = parseModelFile('m.yaml', text);
  if (!('model' in parsed)) throw new Error(JSON.stringify(parsed.problems));
  return [name, parsed.model];
}

/** As much of a payload as the tests change. */
interface Payload {
  schemaId: string;
  data: {
    essentials: Record<string, unknown>;
    alertContext: { condition: { allOf: Record<string, unknown>[] } };
    customProperties: unknown;
  };
}

const payload = (form: string) =>
  JSON.parse(readFileSync(`test/fixtures/payloads/alert-common-${form}.json`, 'utf8')) as Payload;

const parse = (raw: unknown, ...models: [string, PinnedModel][]) =>
  parseAlert(AlertSchema.parse(raw), new Map(models));

const signalOf = (raw: unknown, ...models: [string, PinnedModel][]) => {
  const [fact] = parse(raw, ...models);
  if (fact?.type !== 'signal') throw new Error(`no signal: ${JSON.stringify(fact)}`);
  return fact.signal;
};

const fraud = modelNamed('fraud');
const listening = modelNamed('fraud', ['endpoint-latency-high']);

describe('parseAlert', () => {
  it('reads a metric alert that fired, with its numbers', () => {
    expect(signalOf(payload('metric.fired'), fraud)).toEqual({
      id: 'alert:fraud:aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e:fired:2026-11-20T13:58:24.371Z',
      model: 'fraud',
      kind: 'metric',
      observedAt: '2026-11-20T13:58:24.371Z',
      source: 'azure-monitor',
      summary: 'Alert rule endpoint-latency-high fired (Sev2): Average RequestLatency 311.105 is above 250.',
      evidence: {
        rule: 'endpoint-latency-high',
        trigger: null,
        alertId: payload('metric.fired').data.essentials['alertId'],
        severity: 'Sev2',
        conditions: [
          {
            metric: 'RequestLatency',
            aggregation: 'Average',
            operator: 'GreaterThan',
            threshold: 250,
            value: 311.105,
            dimensions: { deployment: 'blue' },
            links: [],
          },
        ],
      },
      cause: 'alert:endpoint-latency-high',
    });
  });

  it('reads a log alert that fired, with the pages that show its rows', () => {
    const signal = signalOf(payload('log-v2.fired'), fraud);
    expect(signal.summary).toBe('Alert rule fraud-auc-low fired (Sev1): Average auc_d 0.71 is below 0.8.');
    expect(signal.evidence['conditions']).toMatchObject([
      {
        metric: 'auc_d',
        threshold: 0.8,
        dimensions: { ModelName: 'fraud' },
        links: ['https://portal.azure.com#x', 'https://portal.azure.com#y'],
      },
    ]);
  });

  it('takes a resolved alert for a recovery, which starts nothing', () => {
    expect(parse(payload('metric.resolved'), listening)).toEqual([
      {
        type: 'recovery',
        recovery: {
          id: 'recovery:fraud:alert:aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e:2026-11-20T14:03:16.224Z',
          model: 'fraud',
          cause: 'alert:alert-0',
          observedAt: '2026-11-20T14:03:16.224Z',
          source: 'azure-monitor',
          summary: 'Alert rule endpoint-latency-high is resolved.',
        },
        pinned: listening[1],
      },
    ]);
    const alert = AlertSchema.parse(payload('metric.resolved'));
    expect(notesOn(alert, parseAlert(alert, new Map([listening])))).toEqual([
      'alert rule endpoint-latency-high is resolved for fraud; that starts nothing, and withdraws what waits because of it',
    ]);
  });

  it.each(['model', 'Model', 'MODEL'])('takes the model from custom property %s', (key) => {
    const alert = payload('metric.fired');
    alert.data.customProperties = { [key]: 'fraud' };
    expect(signalOf(alert, fraud).model).toBe('fraud');
  });

  it('finds every model whose file lists the alert rule, in any casing, and the one the alert names', () => {
    const models = [
      modelNamed('b', ['Endpoint-Latency-HIGH']),
      modelNamed('c', ['another-rule']),
      fraud,
      modelNamed('d', ['unrelated', 'endpoint-latency-high']),
    ];
    const found = parse(payload('metric.fired'), ...models);
    expect(
      found.map((fact) => fact.type === 'signal' && [fact.signal.model, fact.signal.evidence['trigger']]),
    ).toEqual([
      ['b', 'alert-0'],
      ['fraud', null],
      ['d', 'alert-1'],
    ]);
  });

  it('asks once for a model that is both listed and named', () => {
    expect(parse(payload('metric.fired'), listening)).toHaveLength(1);
  });

  it('gives a redelivery the same id, and the next firing of the alert another one', () => {
    const again = payload('metric.fired');
    again.data.essentials['firedDateTime'] = '2026-11-21T01:00:00Z';
    const ids = [payload('metric.fired'), payload('metric.fired'), again].map(
      (raw) => signalOf(raw, fraud).id,
    );
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it.each([
    ['a rule of the model file', listening],
    ['a rule that names the model', fraud],
  ])('gives the firing and the resolution of %s one cause, in any casing', (_name, model) => {
    const resolved = payload('metric.resolved');
    resolved.data.customProperties = { model: 'fraud' };
    resolved.data.essentials['alertRule'] = 'Endpoint-LATENCY-high';
    const [fact] = parse(resolved, model);
    const recovery = fact?.type === 'recovery' ? fact.recovery : null;
    expect(recovery?.cause).toBe(signalOf(payload('metric.fired'), model).cause);
  });

  it('takes a resolution without a time of its own for one that was not dated', () => {
    const resolved = payload('metric.resolved');
    resolved.data.essentials['resolvedDateTime'] = undefined;
    expect(parse(resolved, listening)).toMatchObject([
      { recovery: { id: expect.stringMatching(/:undated$/), observedAt: null } },
    ]);
  });

  it('says why an alert concerns no model', () => {
    expect(parse(payload('metric.fired'), modelNamed('other'))).toEqual([
      {
        type: 'ignored',
        kind: 'alert rule: endpoint-latency-high',
        why: 'no model file lists alert rule endpoint-latency-high under triggers.alerts, and the alert names model fraud',
      },
    ]);
    const unnamed = payload('metric.fired');
    unnamed.data.customProperties = null;
    expect(parse(unnamed, fraud)).toMatchObject([
      { type: 'ignored', why: expect.stringContaining('the alert has no custom property model') },
    ]);
  });

  it('acts on no condition but Fired and Resolved, in any casing', () => {
    const alert = payload('metric.fired');
    alert.data.essentials['monitorCondition'] = 'Acknowledged';
    expect(parse(alert, fraud)).toMatchObject([
      {
        type: 'ignored',
        why: 'the alert is acknowledged; one that is fired or resolved means something to Ratchet',
      },
    ]);
    alert.data.essentials['monitorCondition'] = 'FIRED';
    expect(signalOf(alert, fraud).id).toBe(signalOf(payload('metric.fired'), fraud).id);
  });

  it.each([
    ['"1e3"', '1e3', 1000],
    ['a number', 0.5, 0.5],
    ['a blank', ' ', null],
    ['words', 'high', 'high'],
    ['NaN', 'NaN', 'NaN'],
    ['nothing', undefined, null],
  ])('reads %s as a threshold', (_name, written, threshold) => {
    const alert = payload('metric.fired');
    Object.assign(alert.data.alertContext.condition.allOf[0]!, { threshold: written });
    expect(signalOf(alert, fraud).evidence['conditions']).toMatchObject([{ threshold }]);
  });

  it('takes an alert without conditions, such as one on the activity log', () => {
    const alert = payload('metric.fired');
    Object.assign(alert.data, { alertContext: { operationName: 'Microsoft.Web/sites/restart/action' } });
    expect(signalOf(alert, fraud)).toMatchObject({
      summary: 'Alert rule endpoint-latency-high fired (Sev2).',
      evidence: { conditions: [] },
    });
  });

  it('says of a dynamic threshold that it is one', () => {
    const alert = payload('metric.fired');
    const [condition] = alert.data.alertContext.condition.allOf;
    Object.assign(condition!, {
      threshold: undefined,
      operator: 'GreaterOrLessThan',
      alertSensitivity: 'High',
    });
    expect(signalOf(alert, fraud).summary).toContain('311.105 GreaterOrLessThan its dynamic threshold');
  });

  it('keeps evidence small and links harmless', () => {
    const alert = payload('log-v2.fired');
    const [condition] = alert.data.alertContext.condition.allOf;
    const hostile = {
      ...condition,
      metricMeasureColumn: 'x'.repeat(10_000),
      linkToSearchResultsUI: 'javascript:alert(1)',
      linkToFilteredSearchResultsUI: `https://example.com/${'x'.repeat(10_000)}`,
      dimensions: Array.from({ length: 1000 }, (_, index) => ({
        name: `d${index}`,
        value: 'v'.repeat(1000),
      })),
    };
    alert.data.alertContext.condition.allOf = Array.from({ length: 100 }, () => hostile);
    const { evidence } = signalOf(alert, fraud);
    expect(JSON.stringify(evidence).length).toBeLessThan(64 * 1024);
    expect(evidence['conditions']).toHaveLength(5);
    expect(evidence['conditions']).toMatchObject([{ links: [] }, {}, {}, {}, {}]);
  });

  it('never throws, whatever surrounds the essentials', () => {
    const condition = fc.record({ allOf: fc.oneof(fc.anything(), fc.array(fc.anything())) });
    const context = fc.oneof(fc.anything(), fc.record({ condition, properties: fc.anything() }));
    const essentials = fc.record({
      alertId: fc.string({ minLength: 1 }),
      alertRule: fc.string({ minLength: 1 }),
      monitorCondition: fc.constantFrom('Fired', 'Resolved', 'Other'),
      firedDateTime: fc.oneof(fc.string({ maxLength: 50 }), fc.constant('2026-11-20T13:58:24.3713213Z')),
    });
    fc.assert(
      fc.property(essentials, context, fc.anything(), (given, alertContext, customProperties) => {
        const raw = {
          schemaId: 'azureMonitorCommonAlertSchema',
          data: { essentials: given, alertContext, customProperties },
        };
        expect(parse(raw, listening).length).toBeGreaterThan(0);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('AlertSchema', () => {
  it.each<[string, (alert: Payload) => unknown]>([
    ['another schema', (alert) => Object.assign(alert, { schemaId: 'Microsoft.Insights/activityLogs' })],
    ['no essentials', ({ data }) => Object.assign(data, { essentials: null })],
  ])('refuses %s', (_name, spoil) => {
    const alert = payload('metric.fired');
    expect(AlertSchema.safeParse(alert).success).toBe(true);
    spoil(alert);
    expect(AlertSchema.safeParse(alert).success).toBe(false);
  });

  it('tells the operator of an action which switch to set', () => {
    const refused = AlertSchema.safeParse({ schemaId: 'x', data: {} });
    expect(refused.error?.issues[0]?.message).toBe(
      'expected "azureMonitorCommonAlertSchema": enable the common alert schema of the action',
    );
  });

  it('leaves whatever else is in an alert to its reader, which always has an answer', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (essentials, alertContext) => {
        const data = { essentials: { ...essentials, monitorCondition: 'Fired' }, alertContext };
        expect(parse({ schemaId: 'azureMonitorCommonAlertSchema', data }, fraud).length).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('an alert of another kind', () => {
  const modelOf = (rule: string) => modelNamed('fraud', [rule]);

  it('of a budget has neither rule nor condition, and is answered', () => {
    const budget = payload('budget');
    const why =
      'the alert has no monitorCondition, as those of budgets; one that is fired or resolved means something to Ratchet';
    expect(parse(budget, fraud)).toEqual([{ type: 'ignored', kind: 'alert condition: none', why }]);
    expect(notesOn(AlertSchema.parse(budget), parse(budget, fraud))).toEqual([why]);
  });

  it('without an id asks for nothing: a redelivery could not be told from another alert', () => {
    const alert = payload('metric.fired');
    alert.data.essentials['alertId'] = null;
    expect(parse(alert, fraud)).toMatchObject([{ type: 'ignored', kind: 'alert id' }]);
  });

  it('without a rule is about the model that it names', () => {
    const alert = payload('metric.fired');
    alert.data.essentials['alertRule'] = null;
    expect(signalOf(alert, fraud)).toMatchObject({
      summary: expect.stringContaining('An alert without a rule fired (Sev2)'),
      cause: 'alert:unnamed',
      evidence: { rule: null },
    });
  });

  it('of a log rule of version 1 says how many rows it counted', () => {
    const signal = signalOf(payload('log-v1.count'), modelOf('fraud-errors'));
    expect(signal.summary).toBe('Alert rule fraud-errors fired (Sev2): ResultCount 15 is above 10.');
    expect(signal.evidence['conditions']).toEqual([
      {
        metric: 'ResultCount',
        aggregation: null,
        operator: 'Greater Than',
        threshold: 10,
        value: 15,
        dimensions: {},
        links: ['https://portal.azure.com/#blade/results'],
      },
    ]);
  });

  it('of a log rule of version 1 says the worst value that it measured, where the alert has the rows', () => {
    const alert = payload('log-v1.measurement');
    const signal = signalOf(alert, modelOf('fraud-auc-low'));
    expect(signal.summary).toBe('Alert rule fraud-auc-low fired (Sev1): AggregatedValue 0.71 is below 0.8.');
    expect(signal.evidence['conditions']).toMatchObject([{ dimensions: { Endpoint: 'fraud' } }]);
    Object.assign(alert.data.alertContext, { SearchResults: undefined, IncludedSearchResults: 'False' });
    expect(signalOf(alert, modelOf('fraud-auc-low')).summary).toBe(
      'Alert rule fraud-auc-low fired (Sev1): AggregatedValue without a value is below 0.8.',
    );
  });

  it('of Prometheus says what its expression came to, and names the model in an annotation', () => {
    const signal = signalOf(payload('prometheus'), fraud);
    expect(signal.summary).toBe(
      'Alert rule ml-rules/fraud-drift-high fired (Sev3): max(model_drift{model="fraud"}) > 0.01 came to 0.0127.',
    );
    expect(signal.evidence['conditions']).toMatchObject([
      { metric: 'fraud-drift-high', value: 0.0127, dimensions: { cluster: 'aks-ml' } },
    ]);
  });

  it.each([
    ['3', 3],
    ['-0.5', -0.5],
    ['1e3', 1000],
    ['1.5k', 1500],
    ['2M', 2_000_000],
    ['NaN', null],
    ['+Inf', null],
    ['', null],
  ])('of Prometheus has value %s as %s', (expressionValue, value) => {
    const alert = payload('prometheus');
    Object.assign(alert.data.alertContext, { expressionValue });
    expect(signalOf(alert, fraud).evidence['conditions']).toMatchObject([{ value }]);
  });

  it('on the health of a service is resolved where it tells of the end, though it is fired', () => {
    const health = payload('service-health');
    expect(parse(health, modelOf('region-health'))).toMatchObject([
      {
        type: 'recovery',
        recovery: {
          id: 'recovery:fraud:alert:bbbb1b1b-cc2c-dd3d-ee4e-ffffff5f5f5f:2026-11-20T09:04:23.598Z',
          cause: 'alert:alert-0',
          observedAt: '2026-11-20T09:04:23.598Z',
        },
      },
    ]);
    Object.assign(health.data.alertContext, { status: 'Active' });
    expect(signalOf(health, modelOf('region-health')).observedAt).toBe('2026-11-20T09:04:23.598Z');
  });
});
