import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../shared/domain/decision.ts';
import type { ReleaseRow } from '../../../shared/domain/release-state.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { describeFact, keyOfFact } from '../../../shared/telemetry/describe-fact.ts';
import { type Metric, metricAttributes, metrics } from '../../../shared/telemetry/metric-catalog.ts';
import { subjectOf } from '../../../shared/telemetry/subject-of.ts';
import { idsOf, readTraceParent } from '../../../shared/telemetry/trace-ids.ts';

const runId = 'tiny-20260301-1f2e3d4c';
const at = (minute: number): string => new Date(Date.UTC(2026, 2, 1, 12, minute)).toISOString();
const key = `AccountKey=${'k'.repeat(40)}`;

const decision: Decision = {
  outcome: 'admitted',
  reason: 'idle',
  sentence: `Nothing is in the way; ${key}`,
  changedBy: '',
  runId,
  offerAgainAt: null,
  signals: ['manual:tiny:x'],
  freedRunId: null,
  signal: {
    id: 'manual:tiny:x',
    model: 'tiny',
    kind: 'manual',
    observedAt: at(0),
    source: 'person:jane',
    summary: 'try it',
    evidence: { secret: key },
  },
  offeredAt: at(1),
  decidedAt: at(3),
  configHash: 'c',
};

const run: Run = {
  runId,
  model: 'tiny',
  kind: 'retrain',
  signalKind: 'manual',
  signals: ['manual:tiny:x', 'metric:tiny:y'],
  phase: 'settled',
  outcome: 'training-failed',
  sentence: `The job ended Failed: ${key}`,
  startedAt: at(3),
  endedAt: at(30),
  champion: null,
  challenger: null,
  registeredVersion: null,
  released: false,
  verdict: null,
  configHash: 'c',
  phases: [
    { phase: 'train', from: at(3) },
    { phase: 'settled', from: at(30) },
  ],
};

describe('what is told of a fact', () => {
  it('is, of a decision, how long the fact has waited for it', () => {
    const { spans, measures } = describeFact({ what: 'decision', decision });
    expect(measures.map(({ metric, value }) => [metric, value])).toEqual([
      ['ratchet.decisions', 1],
      ['ratchet.decision.delay', 180],
    ]);
    expect(spans).toMatchObject([
      {
        name: 'decision',
        parent: idsOf('signal', 'manual:tiny:x'),
        links: [idsOf('run', runId)],
        startMs: Date.parse(at(1)),
        endMs: Date.parse(at(3)),
      },
    ]);
    const waiting = describeFact({ what: 'decision', decision: { ...decision, outcome: 'deferred' } });
    expect(waiting.measures.map(({ metric }) => metric)).toEqual(['ratchet.decisions']);
    const unseen = { ...decision, signal: { ...decision.signal, observedAt: null } };
    expect(describeFact({ what: 'decision', decision: unseen }).measures[1]?.value).toBe(120);
  });

  it('is, of a run, every phase from its beginning to the next, and links to every signal', () => {
    const { spans } = describeFact({ what: 'run', run });
    const [root, ...phases] = spans;
    expect(root).toMatchObject({
      ids: idsOf('run', runId),
      parent: null,
      links: [idsOf('signal', 'manual:tiny:x'), idsOf('signal', 'metric:tiny:y')],
      error: expect.stringContaining('The job ended Failed'),
    });
    expect(phases).toMatchObject([
      { name: 'run train', parent: root?.ids, startMs: Date.parse(at(3)), endMs: Date.parse(at(30)) },
    ]);
    expect(describeFact({ what: 'run', run: { ...run, outcome: null } })).toEqual({
      spans: [],
      measures: [],
    });
    // A challenger that is not good enough is what gates are for.
    expect(describeFact({ what: 'run', run: { ...run, outcome: 'gate-failed' } }).spans[0]?.error).toBe('');
  });

  it('is, of a release, its states once it is over', () => {
    const release = {
      releaseId: `${runId}-release`,
      runId,
      model: { name: 'tiny', version: '4', modelUri: 'azureml://x' },
      endpoint: 'tiny-endpoint',
      state: 'failed',
      sentence: 'It did not answer.',
      startedAt: at(30),
      endedAt: at(40),
      stage: 'production',
      step: null,
      trail: [
        { at: at(30), state: 'deploying', stage: null },
        { at: at(35), state: 'canary', stage: 'production' },
        { at: at(40), state: 'failed', stage: null },
      ],
    } as unknown as ReleaseRow;
    const { spans, measures } = describeFact({ what: 'release', release });
    expect(spans.map(({ name }) => name)).toEqual(['release', 'release deploying', 'release canary']);
    expect(spans[0]).toMatchObject({ links: [idsOf('run', runId)], error: 'It did not answer.' });
    expect(measures).toEqual([
      {
        metric: 'ratchet.releases',
        value: 1,
        attributes: { 'ratchet.model': 'tiny', 'ratchet.state': 'failed' },
      },
    ]);
    const underWay = describeFact({ what: 'release', release: { ...release, endedAt: null } });
    expect(underWay.spans).toEqual([]);
    expect(underWay.measures).toHaveLength(1);
  });

  it('has no secret in it, and nothing of the evidence', () => {
    const told = [
      describeFact({ what: 'decision', decision }),
      describeFact({ what: 'run', run }),
      describeFact({
        ...{ what: 'signal', signal: decision.signal, isRepeated: false, startMs: 0, endMs: 1 },
      }),
    ];
    expect(JSON.stringify(told)).toContain('***');
    expect(JSON.stringify(told)).not.toContain('kkkk');
  });

  it('is the same fact however often it is told', () => {
    expect(keyOfFact({ what: 'run', run })).toBe(keyOfFact({ what: 'run', run: { ...run, sentence: 'x' } }));
    const later = { ...decision, decidedAt: at(4) };
    expect(keyOfFact({ what: 'decision', decision })).not.toBe(
      keyOfFact({ what: 'decision', decision: later }),
    );
  });
});

describe('what a step is about', () => {
  it.each([
    [
      { runId, model: 'tiny' },
      { runId, model: 'tiny' },
    ],
    [{ jobName: `${runId}-train` }, { runId, model: 'tiny' }],
    [{ jobName: 'somebody-elses' }, {}],
    [{ signal: { id: 's', model: 'tiny' } }, { decisionId: 's', model: 'tiny' }],
    [
      { model: 'tiny', signal: 's' },
      { decisionId: 's', model: 'tiny' },
    ],
    [
      { stage: {}, notice: { runId, releaseId: `${runId}-production` } },
      { runId, model: 'tiny' },
    ],
    [{ releaseId: `${runId}-release` }, { releaseId: `${runId}-release`, model: 'tiny' }],
    [null, {}],
  ])('is read from its input: %j', (input, expected) => {
    expect(subjectOf(input)).toEqual(expected);
  });
});

describe('the id of a trace', () => {
  it('is one that a shell can make, too, as the page has it', () => {
    const shell = execFileSync('sh', ['-c', `printf 'ratchet run ${runId}' | sha256sum | cut -c1-32`]);
    expect(shell.toString().trim()).toBe(idsOf('run', runId).traceId);
    expect(readFileSync('docs/observability.md', 'utf8')).toContain(
      "printf 'ratchet run RUN' | sha256sum | cut -c1-32",
    );
  });

  it('is read from what the host says, and from nothing else', () => {
    const ids = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) };
    expect(readTraceParent(`00-${ids.traceId}-${ids.spanId}-01`)).toEqual(ids);
    for (const text of [null, '', 'x', `00-${'0'.repeat(32)}-${ids.spanId}-01`])
      expect(readTraceParent(text)).toBeNull();
  });
});

describe('docs/observability.md', () => {
  const page = readFileSync('docs/observability.md', 'utf8');

  it('lists every metric and attribute as the catalogue has it, and no other', () => {
    const rows = Object.entries(metrics).map(([name, metric]: [string, Metric]) => {
      const { instrument, unit, attributes, description } = metric;
      const listed = attributes.map((attribute) => `\`${attribute}\``).join(', ');
      return `| \`${name}\` | ${instrument}, ${unit} | ${listed} | ${description} |`;
    });
    expect(rows.filter((row) => !page.includes(row))).toEqual([]);
    const named = Object.entries(metricAttributes).map(([name, what]) => `| \`${name}\` | ${what} |`);
    expect(named.filter((row) => !page.includes(row))).toEqual([]);
    const inTables = [...page.matchAll(/^\| `(ratchet\.[\w.]+)` \|/gm)].map(([, name]) => name);
    expect(inTables).toHaveLength(rows.length + named.length);
  });

  it('lists no attribute of metrics that no metric has', () => {
    const used = new Set(Object.values(metrics).flatMap(({ attributes }: Metric) => attributes));
    expect([...used].sort()).toEqual(Object.keys(metricAttributes).sort());
  });
});
