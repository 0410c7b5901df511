import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseModelFile } from '../../../shared/config/load.ts';
import type { Signal } from '../../../shared/domain/signal.ts';
import { parseStorageEvent } from '../../../shared/signals/parse-storage-event.ts';
import { parseWorkspaceEvent } from '../../../shared/signals/parse-workspace-event.ts';
import { type IncomingEvent, readEvent } from '../../../shared/signals/read-event.ts';
import { breachText } from '../../fixtures/breach-text.ts';

const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');
const parsed = parseModelFile('m.yaml', sample.replace('  drift: true', '  drift: true\n  data: true'));
if (!('model' in parsed)) throw new Error('the sample model file is broken');
const models = new Map([['spam-filter', parsed.model]]);

const huge = fc
  .constantFrom('x', "'", '{"', "The signal '", 'é', '\u0000', 'spam-filter_', '😀')
  .map((unit) => unit.repeat(20_000));
const hostile = fc.oneof(
  { weight: 3, arbitrary: huge },
  fc.anything(),
  fc.constantFrom<unknown>(Number.NaN, -0, 1e308, '', '__proto__', [], {}, null, undefined, true),
);

/** The fields a parser looks for, with a value it knows or a hostile one, under keys in any casing. */
function payload(known: Readonly<Record<string, unknown>>): fc.Arbitrary<Record<string, unknown>> {
  const entries = Object.entries(known).map(([name, value]) =>
    fc.tuple(
      fc.constantFrom(name, name.toUpperCase(), name.toLowerCase()),
      fc.oneof(fc.constant(value), hostile),
    ),
  );
  return fc.tuple(...entries).map((pairs) => Object.fromEntries(pairs));
}

const breach = { azureml_modelmonitor_threshold_breached: breachText('spam-filter_drift') };
const run = { runId: 'run-1', experimentName: 'spam-filter_daily', runTags: breach, runType: 'x' };
const version = { ModelName: 'spam-filter', ModelVersion: 3, ModelTags: {} };
const drift = { DataDriftName: 'spam-filter_weekly', RunId: 'r', DriftCoefficient: 0.5, StartTime: 'then' };
const blob = { api: 'PutBlob', eTag: '0x1', contentLength: 5 };

const kinds: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['Microsoft.MachineLearningServices.RunStatusChanged', { ...run, runStatus: 'Completed' }],
  ['Microsoft.MachineLearningServices.RunCompleted', run],
  ['Microsoft.MachineLearningServices.ModelRegistered', version],
  ['Microsoft.MachineLearningServices.ModelDeployed', { ServiceName: 'front', ModelIds: 'spam-filter:1' }],
  ['Microsoft.MachineLearningServices.DatasetDriftDetected', drift],
  ['Microsoft.Storage.BlobCreated', blob],
];

function expectModest(signal: Signal): void {
  expect(models.has(signal.model)).toBe(true);
  expect(signal.id.length).toBeLessThan(1500);
  expect(signal.summary.length).toBeLessThan(1200);
  expect(JSON.stringify(signal).length).toBeLessThan(50_000);
  // What goes into durable history and the ledger is what comes out of it.
  expect(JSON.parse(JSON.stringify(signal))).toEqual(signal);
}

function expectModestFacts(event: IncomingEvent): void {
  const facts = [...parseWorkspaceEvent(event, models), ...parseStorageEvent(event, 'azureml', models)];
  expect(facts.length).toBeGreaterThan(0);
  for (const fact of facts) {
    if (fact.type === 'signal') expectModest(fact.signal);
    else expect(JSON.stringify(fact).length).toBeLessThan(50_000);
    if (fact.type !== 'ignored') continue;
    expect(fact.why.length).toBeLessThan(500);
    expect(fact.kind.length).toBeLessThan(150);
  }
}

describe('an event of hostile content', () => {
  it.each(kinds)('of type %s neither breaks its parser nor grows through it', (type, known) => {
    const envelope = fc.record({
      id: fc.oneof(
        fc.constant('e1'),
        huge.map((text) => text || 'e'),
      ),
      subject: fc.oneof(
        fc.constant('/blobServices/default/containers/azureml/blobs/mail/spam-filter/1.jsonl'),
        huge.map((text) => `/blobServices/default/containers/azureml/blobs/mail/spam-filter/${text}`),
        huge,
      ),
      time: fc.oneof(fc.constant('2026-03-01T00:00:00Z'), hostile),
      data: fc.oneof({ weight: 5, arbitrary: payload(known) }, hostile),
      cloud: fc.boolean(),
    });
    fc.assert(
      fc.property(envelope, ({ id, subject, time, data, cloud }) => {
        const schema = cloud ? { specversion: '1.0', type, time } : { eventType: type, eventTime: time };
        expectModestFacts(readEvent({ id, subject, data, ...schema })!);
      }),
      { numRuns: 200 },
    );
  });

  it('in whatever envelope is an event or none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), payload({ id: 'e', eventType: 'x', data: {} })), (raw) => {
        const event = readEvent(raw);
        if (event !== null) expectModestFacts(event);
      }),
      { numRuns: 500 },
    );
  });

  it.each(kinds)('of type %s with good fields is read in any casing', (type, known) => {
    const subject = '/blobServices/default/containers/azureml/blobs/mail/spam-filter/1.jsonl';
    const read = (recase: (key: string) => string) => {
      const data = Object.fromEntries(Object.entries(known).map(([key, value]) => [recase(key), value]));
      const event = readEvent({
        id: 'e',
        eventType: type,
        subject,
        eventTime: '2026-03-01T00:00:00Z',
        data,
      })!;
      return [...parseWorkspaceEvent(event, models), ...parseStorageEvent(event, 'azureml', models)];
    };
    const upper = read((key) => key.toUpperCase());
    expect(upper).toEqual(read((key) => key));
    expect(upper).toEqual(read((key) => key.toLowerCase()));
    expect(upper.some((fact) => !('type' in fact) || fact.type !== 'ignored')).toBe(true);
  });
});
