import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type ModelConfig, ModelConfigSchema } from '../../../shared/config/schema.ts';
import { describePolicy } from '../../../shared/overview/policy-words.ts';

const job = { command: 'node train.js', code: 'azureml:c:1', environment: 'azureml:e:1', compute: 'cpu' };
const bound = { gate: 'good', kind: 'bound', metric: 'accuracy', atLeast: 0.9, confidence: 0.95 };
const check = { check: 'errors', metric: 'error_rate', atMost: 0.01 };
const slow = { check: 'slow', metric: 'slow_rate', slowerThanMs: 200, worseBy: 0.02, confidence: 0.9 };
const slices = { by: 'source', require: ['list'], minimumRows: 60, tooSmall: 'ignore', minimumPerClass: 5 };
const least = {
  model: 'm',
  data: { path: 'm/' },
  training: job,
  evaluation: job,
  gates: [bound],
  release: { stages: [{ stage: 'tell', channel: 'event-grid' }] },
};
const step = {
  for: 'PT3H',
  minimumRequests: 500,
  checks: [check, slow],
  onInconclusive: { hold: 'PT7H', end: 'ask' },
};
const pipeline = { kind: 'pipeline', within: 'PT5H', undo: 'run-again', parameters: { colour: 'red' } };

/** Two files that together say whatever there is to say. */
const files = [
  {
    ...least,
    data: { path: 'm/', expect: { columns: { id: { type: 'string' } } } },
    onInconclusive: 'ask',
    holdout: { alpha: 0.04, looks: 7 },
    embargo: { after: 'P90D', whenDriftConfirmed: true },
    notices: [{ to: 'team', about: ['approval', 'outcome'] }],
    triggers: {
      absences: [
        { name: 'gone', of: 'low', for: 'P2D', from: '2026-03-01T00:00:00Z' },
        { name: 'no-data', of: 'data', for: 'P9D', retrain: true },
      ],
      composites: [
        { name: 'both', rules: ['asked', 'low'], within: 'P3D', inOrder: true },
        { name: 'some', rules: ['asked', 'low'], need: 1 },
      ],
      metrics: [
        {
          name: 'low',
          metric: 'accuracy',
          below: 0.9,
          minimumSample: 40,
          confidence: 0.95,
          valueIs: 'proportion',
          breaches: 2,
          windows: 3,
        },
      ],
      queries: [
        {
          ...{
            name: 'asked',
            query: 'Scores | take 1',
            cron: '0 6 * * *',
            timeZone: 'Europe/Paris',
            lookBack: 'P2D',
          },
          ...{ value: 'v', window: 'day', sample: 'n', minimumSample: 30, above: 4, breaches: 2, windows: 5 },
          ...{ standardError: 'se', confidence: 0.9, valueIs: 'proportion' },
        },
      ],
      runs: [
        {
          ...{ name: 'live', experiment: 'scoring', metric: 'rmse', above: 3, breaches: 2, windows: 4 },
          ...{ sample: 'n', minimumSample: 30, standardError: 'se', confidence: 0.9, valueIs: 'proportion' },
        },
      ],
      alerts: [{ name: 'alarm', rule: 'slow answers' }],
      drift: true,
      data: { minimumRows: 100, minimumBytes: 2_000 },
      schedules: [{ name: 'weekly', cron: '0 7 * * 1', timeZone: 'Asia/Tokyo' }],
      championAge: 'P60D',
      registry: true,
    },
    policy: {
      ...{
        mode: 'suggest',
        suggestionExpires: 'P3D',
        advice: 'signal',
        whileRunning: 'queue',
        quietPeriod: 'PT2H',
        longestWait: 'P4D',
      },
      ...{
        cooldown: 'P5D',
        cooldownAfterFailure: 'P6D',
        longestCooldown: 'P20D',
        breakAfter: 4,
        minimumNewRows: 70,
        rowsAfterChange: 640,
        lossPerDay: 1_234,
      },
      mostRuns: { count: 3, window: 'P7D' },
      budget: { window: 'P30D', computeHours: 40, money: 500, pricePerHour: 2 },
      freezes: [
        { name: 'year-end', from: '2026-12-20T00:00:00Z', until: '2027-01-05T00:00:00Z', answer: 'reject' },
        { name: 'weekend', cron: '0 0 * * 6', timeZone: 'Europe/Rome', lasts: 'P2D' },
      ],
      ...{ priority: 8, longestRun: 'P2D', pollJobs: 'PT9M' },
    },
    gates: [
      {
        ...bound,
        metric: 'balanced_accuracy',
        severity: 'block',
        source: 'predictions',
        minimumRows: 80,
        minimumPerClass: 9,
        slices,
      },
      { ...bound, gate: 'low', metric: 'log_loss', atLeast: undefined, atMost: 0.4 },
      {
        ...{
          gate: 'better',
          kind: 'against-champion',
          severity: 'warn',
          metric: 'f1',
          rule: 'superiority',
          margin: 0.01,
        },
        ...{ marginIs: 'relative', better: 'higher', confidence: 0.9, source: 'reported', minimumRows: 33 },
      },
      {
        ...{ gate: 'fair', kind: 'gap', severity: 'record', metric: 'recall', atMost: 0.1, confidence: 0.9 },
        ...{
          minimumRows: 31,
          slices: { by: ['a', 'b'], require: [['x', 'y']], minimumRows: 20, tooSmall: 'ignore' },
        },
      },
      { gate: 'rows', kind: 'data', rows: { atLeast: 300 } },
      {
        gate: 'balance',
        kind: 'data',
        labelBalance: { class: '1', atLeast: 0.1, atMost: 0.6 },
        confidence: 0.9,
      },
      { gate: 'overlap', kind: 'data', overlap: { atMost: 3 } },
      { gate: 'unlabelled', kind: 'data', unlabelledShare: { atMost: 0.2, assume: 'missing-at-random' } },
    ],
    release: {
      target: {
        ...{
          kind: 'online-endpoint',
          endpoint: 'served',
          instanceType: 'Standard_DS3_v2',
          instances: 2,
          concurrency: 4,
        },
        ...{
          environment: 'azureml:serve:1',
          code: 'azureml:score:1',
          script: 'score.py',
          settings: { A: 'b' },
        },
        smoke: { requests: [{ a: 1 }], versionAt: '/v' },
        ...{ readyWithin: 'PT2H', onNewCandidate: 'supersede', lookEvery: 'PT6M' },
      },
      rollback: { drill: 'required', drillEvery: 'P90D' },
      stages: [
        {
          ...{
            stage: 'ask',
            kind: 'approval',
            by: ['leads'],
            need: 2,
            notRequester: false,
            within: 'P6D',
            end: 'ask',
          },
          ...{ remind: 'P1D', escalate: { after: 'P2D', to: ['team'], by: ['heads'] } },
          hours: { days: 'mon-thu', from: '08:00', to: '18:00', zone: 'Europe/Berlin' },
        },
        { stage: 'mirror', kind: 'shadow', percent: 20, ...step },
        { stage: 'some', kind: 'canary', steps: [5, 25], ...step },
        {
          stage: 'ado',
          channel: 'azure-pipelines',
          project: 'p',
          pipeline: 'deploy',
          branch: 'main',
          ...pipeline,
        },
        {
          ...{ stage: 'classic', channel: 'azure-release', project: 'p', definition: 'd' },
          ...{ environment: 'e', approval: 'answer', ...pipeline },
        },
        {
          stage: 'gh',
          channel: 'github',
          repository: 'o/r',
          deployment: 'prod',
          workflow: 'd.yml',
          branch: 'trunk',
          ...pipeline,
        },
        { stage: 'hook', channel: 'webhook', url: 'https://example.com/x', ...pipeline },
        { stage: 'bus', channel: 'service-bus', queue: 'q1', replyQueue: 'q2', ...pipeline },
        { stage: 'all', kind: 'production', keepOld: 'P3D', checks: [check] },
        {
          ...{
            stage: 'proof',
            kind: 'probation',
            data: 'labels/',
            until: { labels: 400, atMost: 'P9D' },
            every: 'PT8H',
          },
          evaluation: job,
          gates: [bound],
        },
        { stage: 'tell', kind: 'notify', channel: 'service-bus', queue: 'q3' },
      ],
    },
  },
  {
    ...least,
    triggers: {
      metrics: [{ name: 'high', metric: 'cost', above: 9 }],
      queries: [{ name: 'few', query: 'Scores', cron: '0 6 * * *', below: 4 }],
      runs: [{ name: 'worse', experiment: 'scoring', metric: 'r2', below: 0.5 }],
      data: true,
    },
    release: {
      target: {
        ...{
          kind: 'kubernetes-endpoint',
          endpoint: 'served',
          environment: 'azureml:serve:1',
          requestsTable: 'Requests_CL',
        },
        resources: {
          requests: { cpu: '500m', memory: '2Gi', gpu: '1' },
          limits: { cpu: '1', memory: '4Gi', gpu: '2' },
        },
      },
      stages: [{ stage: 'all', kind: 'production' }],
    },
  },
];

const sections = [
  'triggers',
  'policy',
  'gates',
  'release',
  'embargo',
  'notices',
  'onInconclusive',
  'holdout',
] as const;
const [full, small] = files.map((file) => {
  const parsed = ModelConfigSchema.safeParse(file);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  return parsed.data;
}) as [ModelConfig, ModelConfig];
const defaults = ModelConfigSchema.parse(least);
const textOf = (config: ModelConfig) =>
  describePolicy(config, defaults)
    .map(({ sentence }) => sentence)
    .join('\n');

/** Fields of a job are told in the topic of jobs, a test of their own holds those. */
const isOfJob = (path: string): boolean => /\.evaluation\./.test(path);
/** Gates of a probation are gates, told by the same words. */
const isOfGates = (path: string): boolean => path.startsWith('release.stages[].gates[].');

/** Every field of the schema, such as `policy.mostRuns.count`; `[]` for the items of a list. */
function fieldsOf(schema: z.core.JSONSchema.BaseSchema, path: string): string[] {
  const { properties = {}, items, anyOf = [], oneOf = [], allOf = [] } = schema;
  const own = Object.entries(properties).flatMap(([name, field]) => {
    const at = path === '' ? name : `${path}.${name}`;
    return [at, ...fieldsOf(field as z.core.JSONSchema.BaseSchema, at)];
  });
  const inside =
    items && !Array.isArray(items) ? fieldsOf(items as z.core.JSONSchema.BaseSchema, `${path}[]`) : [];
  const others = [...anyOf, ...oneOf, ...allOf].flatMap((each) =>
    fieldsOf(each as z.core.JSONSchema.BaseSchema, path),
  );
  return [...own, ...inside, ...others];
}

/** What says nothing where it stands here: a zone without a pattern, one of one window, a confidence without rows, bodies. */
const saysNothing: readonly string[] = [
  ...['policy.freezes.0.timeZone', 'triggers.metrics.0.breaches', 'triggers.queries.0.breaches'],
  ...['triggers.runs.0.breaches', 'gates.2.confidence', 'release.target.smoke.requests.0.a'],
];

type Place = readonly (string | number)[];

/** Where the values of a file are. */
function placesOf(value: unknown, at: Place): Place[] {
  if (typeof value !== 'object' || value === null) return value === undefined ? [] : [at];
  return Object.entries(value).flatMap(([name, inner]) =>
    placesOf(inner, [...at, Array.isArray(value) ? Number(name) : name]),
  );
}

const pathOf = (place: Place): string =>
  place.reduce<string>(
    (path, part) => (typeof part === 'number' ? `${path}[]` : path === '' ? part : `${path}.${part}`),
    '',
  );

/** The same file with one value changed, whether a file may say that or not. */
function changed(config: ModelConfig, place: Place): ModelConfig {
  const copy = structuredClone(config) as unknown as Record<string | number, unknown>;
  let holder = copy;
  for (const part of place.slice(0, -1)) holder = holder[part] as typeof holder;
  const last = place.at(-1)!;
  const isEnd = last === 'end' && holder[last] === 'ask';
  holder[last] = isEnd ? 'reject' : another(holder[last]);
  return copy as unknown as ModelConfig;
}

function another(value: unknown): unknown {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  const text = String(value);
  return others[text] ?? (/^P(?:T?\d)/.test(text) ? 'P17DT3H' : `${text}x`);
}

/** Of words that there is a closed list of. */
const others: Readonly<Record<string, string>> = {
  ...{
    suggest: 'auto',
    signal: 'off',
    auto: 'off',
    queue: 'join',
    join: 'queue',
    reject: 'defer',
    defer: 'reject',
    hold: 'ask',
  },
  ...{
    ask: 'hold',
    supersede: 'queue',
    'run-again': 'nothing',
    block: 'warn',
    warn: 'record',
    record: 'block',
  },
};

describe('the policy in words', () => {
  it('says of a rule that asks only together what it counts for', () => {
    expect(textOf(full)).toContain(
      'below 0.9, over at least 40 rows, counts for composite both and some once 2',
    );
    expect(textOf(full)).toContain('A breach that a model monitor finds requests a run');
    expect(textOf(small)).toContain(
      'Rule high: a reported cost above 9, over at least 1 row, requests a run.',
    );
  });

  const places = [full, small].flatMap((config) =>
    sections.flatMap((section) => placesOf(config[section], [section]).map((place) => ({ config, place }))),
  );

  it('is tested with every field that a model file may have', () => {
    const schema = z.toJSONSchema(ModelConfigSchema, { unrepresentable: 'any', io: 'input' });
    const given = new Set(
      places.flatMap(({ place }) => place.map((_, at) => pathOf(place.slice(0, at + 1)))),
    );
    const fields = [...new Set(fieldsOf(schema, ''))].filter(
      (path) =>
        sections.some(
          (section) => path === section || path.startsWith(`${section}.`) || path.startsWith(`${section}[`),
        ) &&
        !isOfJob(path) &&
        !isOfGates(path) &&
        // What stands in the file is in its place once the model file is read.
        path !== 'release.target.smoke.file',
    );
    expect(fields.length).toBeGreaterThan(150);
    expect(fields.filter((path) => !given.has(path))).toEqual([]);
  });

  it('tells every value: another one is another sentence', () => {
    const text = new Map([full, small].map((config) => [config, textOf(config)]));
    const silent = places
      .filter(({ place }) => !['kind', 'channel'].includes(String(place.at(-1))))
      .filter(({ place }) => !isOfJob(`${pathOf(place)}.`) && !isOfJob(pathOf(place)))
      .filter(({ config, place }) => textOf(changed(config, place)) === text.get(config))
      .map(({ config, place }) => ({ config, path: place.join('.') }))
      .filter(
        ({ config, path }) => !saysNothing.includes(path) || (config === full && path.startsWith('triggers')),
      );
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it('has words of its own for every field', () => {
    for (const config of [full, small]) expect(textOf(config)).not.toMatch(/Further:|undefined|\[object/);
  });

  it('says where each rule stands, and whether a file without it has the same', () => {
    const told = describePolicy(full, defaults);
    expect(told.find(({ path }) => path === 'policy.mostRuns')).toEqual({
      ...{ topic: 'policy', path: 'policy.mostRuns', isDefault: false },
      sentence:
        'At most 3 runs may start in 7 days, those that people request included; a signal beyond waits.',
    });
    expect(describePolicy(small, defaults).find(({ path }) => path === 'policy.cooldown')).toEqual({
      ...{ topic: 'policy', path: 'policy.cooldown', isDefault: true },
      sentence: 'After the end of a run, signals wait a day for the next; what a person requests does not.',
    });
    const paths = told.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    for (const { sentence } of told) expect(sentence).toMatch(/^[A-Z0-9][\s\S]*\.$/);
  });
});
