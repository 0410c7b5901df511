/** What other controllers ask over the wire, as the docs have them ask it, and what they make of the answers. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashJson } from '../../../shared/config/pin.ts';
import { AnalysisTemplateSchema, conclude, type Metric, measure } from './argo-analysis.ts';
import { answers, type ControllersWorld, openControllersWorld, shownYaml } from './controllers.ts';

let world: ControllersWorld;
beforeAll(async () => {
  world = await openControllersWorld();
}, 120_000);
afterAll(() => world?.close());

const ask = (version: string, stage: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${world.local.apiRoot}/models/served/versions/${version}/usable?stage=${stage}`, {
    headers: { 'x-functions-key': world.key, ...headers },
  });

describe('the question itself', () => {
  test.each(answers)(
    'of version %s and stage %s is answered %s, with a reason',
    async (version, stage, usable) => {
      const response = await ask(version, stage);
      expect(response.status).toBe(200);
      const answer = (await response.json()) as Record<string, unknown>;
      expect(answer).toMatchObject({
        model: 'served',
        version,
        stage,
        usable,
        reason: expect.stringMatching(/\w+\.$/),
      });
      const { embargo, release, supersededBy } = answer;
      expect(answer['evidenceHash']).toBe(hashJson({ embargo, release, supersededBy }));
    },
  );

  test('may be kept for a while, and is 304 until it is another', async () => {
    await world.release('5', {
      state: 'canary',
      stage: 'canary',
      step: 10,
      endedAt: null,
      sentence: 'Tried.',
    });
    const first = await ask('5', 'production');
    expect(first.headers.get('cache-control')).toBe('private, max-age=15');
    const etag = first.headers.get('etag')!;
    const again = await ask('5', 'production', { 'if-none-match': `"other", ${etag}` });
    expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, '']);
    await world.release('5', {
      state: 'serving',
      stage: 'production',
      endedAt: null,
      sentence: 'It serves.',
    });
    const changed = await ask('5', 'production', { 'if-none-match': etag });
    expect(changed.status).toBe(200);
    expect(await changed.json()).toMatchObject({ usable: 'yes' });
  });

  test('of a stage or model that is not there is no answer', async () => {
    expect((await ask('1', 'nowhere')).status).toBe(400);
    const headers = { 'x-functions-key': world.key };
    const other = (model: string) =>
      fetch(`${world.local.apiRoot}/models/${model}/versions/1/usable`, { headers });
    expect((await other('tiny')).status).toBe(404);
    expect((await other('nobody')).status).toBe(404);
  });
});

describe('the webhooks of Flagger in the docs', () => {
  interface Hook {
    readonly type: string;
    readonly url: string;
    readonly metadata: Record<string, string>;
  }
  let hooks: readonly Hook[];
  beforeAll(() => {
    const [analysis] = shownYaml('Flagger') as [{ analysis: { webhooks: Hook[] } }];
    hooks = analysis.analysis.webhooks;
  });
  const hookOf = (type: string): Hook => hooks.find((hook) => hook.type === type)!;

  /** As Flagger calls: metadata of its own beside that of the hook, and a status above 202 is a failure. */
  async function call({ url, type }: Hook, body: unknown) {
    const address = url
      .replace('https://APP.azurewebsites.net', world.local.hostUrl)
      .replace('KEY', world.key);
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body:
        typeof body === 'string'
          ? body
          : JSON.stringify({ name: 'c', namespace: 'n', phase: 'Progressing', type, ...(body as object) }),
    });
    return { status: response.status, isSuccess: response.status <= 202, text: await response.text() };
  }

  test.each(answers)(
    'have version %s for stage %s, which is %s, go on or not',
    async (version, stage, usable) => {
      const metadata = { model: 'served', version, stage, timestamp: '1764371000000' };
      for (const type of ['confirm-rollout', 'confirm-promotion']) {
        const told = await call(hookOf(type), { metadata });
        expect(told).toMatchObject({
          status: { yes: 200, wait: 409, no: 403 }[usable],
          isSuccess: usable === 'yes',
        });
        expect(JSON.parse(told.text)).toMatchObject({ usable, evidenceHash: expect.any(String) });
      }
      expect((await call(hookOf('rollback'), { metadata })).isSuccess).toBe(usable === 'no');
    },
  );

  test('name a model, a version and a stage as they are understood', () => {
    expect(hooks.map(({ metadata }) => Object.keys(metadata))).toEqual(
      hooks.map(() => ['model', 'version', 'stage']),
    );
  });

  test.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['too much', JSON.stringify({ name: 'x'.repeat(70_000) })],
    ['metadata that is none', { metadata: 'served' }],
    ['a prototype', '{"__proto__":{"metadata":{}}}'],
    ['a stage that is not there', { metadata: { model: 'served', version: '1', stage: 'nowhere' } }],
    ['a model that is not there', { metadata: { model: 'nobody', version: '1', stage: 'canary' } }],
    ['a model without a target', { metadata: { model: 'tiny', version: '1', stage: 'canary' } }],
    ['an event', { type: 'event', metadata: { model: 'served', version: '1', stage: 'canary' } }],
  ])('halt at %s, which is the fault of whoever asks', async (_what, body) => {
    for (const type of ['confirm-rollout', 'rollback']) {
      const { status } = await call(hookOf(type), body);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }
  });
});

describe('the analysis template of Argo Rollouts in the docs', () => {
  let metric: Metric;
  let args: (version: string, stage: string) => Record<string, string>;
  beforeAll(() => {
    const [template, rollout] = shownYaml('Argo Rollouts');
    const { spec } = AnalysisTemplateSchema.parse(template);
    [metric] = spec.metrics;
    const { web } = metric.provider;
    web.url = web.url.replace('https://APP.azurewebsites.net', world.local.hostUrl);
    args = (version, stage) => ({ model: 'served', version, stage, key: world.key });
    expect(Object.keys(args('', '')).sort()).toEqual(spec.args.map(({ name }) => name).sort());
    // What a rollout gives it is all that is not a secret.
    const [step] = (rollout as { steps: { analysis?: { args: { name: string }[] } }[] }).steps;
    expect(step!.analysis!.args.map(({ name }) => name)).toEqual(['model', 'version', 'stage']);
  });

  test.each(answers)(
    'makes of version %s at stage %s, which is %s, what it should',
    async (version, stage, usable) => {
      const phase = await measure(metric, args(version, stage));
      expect(phase).toBe({ yes: 'Successful', no: 'Failed', wait: 'Inconclusive' }[usable]);
      expect(conclude(metric, [phase])).toBe(phase);
    },
  );

  test('lets nothing through where there is no answer', async () => {
    for (const wrong of [{ key: 'wrong' }, { stage: 'nowhere' }, { model: 'nobody' }]) {
      const phase = await measure(metric, { ...args('1', 'production'), ...wrong });
      expect(phase).toBe('Error');
      expect(conclude(metric, [phase])).toBe(null);
      expect(
        conclude(
          metric,
          Array.from({ length: 5 }, () => phase),
        ),
      ).toBe('Error');
    }
  });

  test('would let what waits in, were it changed as the docs warn of', () => {
    const changed = { ...metric, count: 3, inconclusiveLimit: 3 };
    expect(conclude(changed, ['Inconclusive', 'Inconclusive', 'Inconclusive'])).toBe('Successful');
  });
});
