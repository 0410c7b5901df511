import { describe, expect, it } from 'vitest';
import { failureOf } from '../release-target/target-fixture.ts';
import { orderOf } from './orders.ts';
import { openPipelinesWorld } from './pipelines-fixture.ts';

const world = await openPipelinesWorld();
const keysOf = (pipeline = 'deploy'): (string | undefined)[] =>
  world
    .service()
    .runsOf(pipeline)
    .map(({ parameters }) => parameters['ratchetRelease']);
const timesOf = (key: string): number => keysOf().filter((each) => each === key).length;

describe('a run of Azure Pipelines', () => {
  it('is started with the parameters of the release and those of the model file, and watched to its end', async () => {
    const channel = await world.channel({ parameters: { region: 'south' } });
    const order = orderOf('run-1-staging');
    const started = await channel.start(order);
    expect(started).toMatchObject({
      state: 'running',
      run: { url: expect.stringMatching(/^https:.*buildId=\d+$/) },
    });
    expect(world.service().runsOf('deploy').at(-1)?.parameters).toEqual({
      ...{
        ratchetRelease: 'run-1-staging',
        ratchetStage: 'staging',
        modelName: 'spam-filter',
        modelVersion: '4',
      },
      ...{ previousVersion: '3', modelDigest: 'd'.repeat(64), region: 'south' },
    });
    world.pass(6_000);
    expect(await channel.observe(order, started.run)).toEqual({ ...started, state: 'succeeded' });
  });

  it('sends nothing of what is not known', async () => {
    const channel = await world.channel();
    await channel.start(orderOf('run-first-staging', { previousVersion: null, digest: null }));
    expect(Object.keys(world.service().runsOf('deploy').at(-1)!.parameters)).toEqual([
      ...['ratchetRelease', 'ratchetStage', 'modelName', 'modelVersion'],
    ]);
  });

  it.each(['failed', 'canceled'] as const)('is told to have %s', async (ends) => {
    world.service().plan('other', { ends, takesMs: 1_000, heedsCancel: true });
    const channel = await world.channel({ pipeline: 'other' });
    const order = orderOf(`run-${ends}-staging`, { askedAt: new Date(world.clock.now()).toISOString() });
    const { run } = await channel.start(order);
    world.pass(1_000);
    expect(await channel.observe(order, run)).toMatchObject({
      state: ends === 'failed' ? 'failed' : 'cancelled',
    });
  });

  it('is found again where the answer to its start was lost, and after the service was away', async () => {
    const channel = await world.channel();
    const order = orderOf('run-lost-staging');
    world.service().failNext([{ kind: 'lose-reply', method: 'POST' }]);
    const found = await channel.start(order);
    expect(timesOf(order.key)).toBe(1);
    await world.restart();
    expect(await (await world.channel()).start(order)).toEqual(found);
    expect(timesOf(order.key)).toBe(1);
    expect(await channel.observe(order, null)).toEqual(found);
  });

  it('is found by its number, too, once its pipeline has another name', async () => {
    const order = orderOf('run-renamed-staging');
    const { run } = await (await world.channel()).start(order);
    const renamed = await world.channel({ pipeline: 'gone' });
    expect(await renamed.observe(order, run)).toMatchObject({ run });
  });

  it('is another one for each release, and the first where there are two of one', async () => {
    const channel = await world.channel();
    const one = await channel.start(orderOf('run-a-staging'));
    const other = await channel.start(orderOf('run-b-staging'));
    expect(one.run?.id).not.toBe(other.run?.id);
    const [service] = [world.service()];
    // What two processes at once could do.
    const twice = orderOf('run-twice-staging');
    const first = await channel.start(twice);
    world.service().failNext([]);
    const late = orderOf('run-twice-staging', { askedAt: '2026-03-11T00:00:00.000Z' });
    const second = await channel.start(late);
    expect(second.run?.id).not.toBe(first.run?.id);
    expect(await channel.start(twice)).toMatchObject({ run: first.run });
    const states = service
      .runsOf('deploy')
      .filter(({ parameters }) => parameters['ratchetRelease'] === twice.key);
    expect(states.map(({ state }) => state)).toEqual(['inProgress', 'canceling']);
  });

  it('ends when it is cancelled, by its key alone, too, and stays as it is once it has ended', async () => {
    world.service().plan('deploy', { ends: 'succeeded', takesMs: 60_000, heedsCancel: true });
    const channel = await world.channel();
    const order = orderOf('run-cancelled-staging');
    expect(await channel.cancel(order, null)).toEqual({ state: 'absent', why: '', run: null });
    const { run } = await channel.start(order);
    expect(await channel.cancel(order, null)).toMatchObject({ state: 'running', run });
    world.pass(2_000);
    expect(await channel.cancel(order, run)).toMatchObject({ state: 'cancelled', run });
    expect(await channel.start(order)).toMatchObject({ state: 'cancelled', run });
  });

  it('is gone where its project or its pipeline is', async () => {
    const order = orderOf('run-gone-staging');
    expect(await (await world.channel({ project: 'gone' })).cancel(order, null)).toMatchObject({
      state: 'absent',
    });
    expect(await (await world.channel({ pipeline: 'gone' })).cancel(order, null)).toMatchObject({
      state: 'absent',
    });
    const channel = await world.channel();
    const unknown = await channel.observe(order, { id: '1/99999', url: null });
    expect(unknown).toMatchObject({ state: 'absent' });
  });
});

describe('a start that is refused', () => {
  const refused: [string, object, RegExp][] = [
    [
      'no such pipeline',
      { pipeline: 'nothing' },
      /^pipeline nothing of ratchet: project ratchet must have one pipeline of that name; found none; create it there/,
    ],
    [
      'no such number',
      { pipeline: 4711 },
      /answered 404, Pipeline 4711 does not exist; check project, pipeline and branch/,
    ],
    [
      'no such project',
      { project: 'nowhere' },
      /answered 404, TF200016: .*; check project, pipeline and branch in the model file$/,
    ],
    [
      'a parameter the pipeline does not take',
      { parameters: { zone: '1' } },
      /answered 400, Unexpected parameter 'zone'/,
    ],
    [
      'a value the pipeline does not take',
      { parameters: { region: 'west' } },
      /answered 400, The 'region' parameter value 'west'/,
    ],
    [
      'a pipeline without the parameters of a release',
      { pipeline: 'unprepared' },
      /Unexpected parameter 'ratchetRelease'.*docs\/pipelines\.md/,
    ],
    ['no such branch', { branch: 'none' }, /ref refs\/heads\/none/],
  ];
  it.each(refused)('says what to do: %s', async (_what, stage, says) => {
    const error = await failureOf((await world.channel(stage)).start(orderOf('run-refused-staging')));
    expect(error).toMatchObject({ code: 'azure-refused', message: expect.stringMatching(says) });
    expect(timesOf('run-refused-staging')).toBe(0);
  });

  it.each([
    ['unauthorized', /answered 401, .*; add the app's identity to the organization/],
    [
      'forbidden',
      /answered 403, TF215106: .*; give the app's identity View builds, Queue builds and Stop builds/,
    ],
  ] as const)('names the permission that is missing: %s', async (kind, says) => {
    world.service().failNext([{ kind, method: 'POST' }]);
    const error = await failureOf((await world.channel()).start(orderOf('run-barred-staging')));
    expect(error).toMatchObject({ code: 'azure-refused', message: expect.stringMatching(says) });
  });

  it('is refused by another organization than that of the setting, which shows where to sign in', async () => {
    const url = new URL('/elsewhere', world.service().azureDevOps).href;
    const channel = await world.channel({}, { RATCHET_AZURE_DEVOPS_URL: url });
    expect(await failureOf(channel.start(orderOf('x-staging')))).toMatchObject({ code: 'azure-refused' });
  });

  it('needs the setting', async () => {
    const error = await failureOf(world.channel({}, { RATCHET_AZURE_DEVOPS_URL: '' }));
    expect(error).toMatchObject({
      code: 'bad-setting',
      message: expect.stringContaining('channel azure-pipelines'),
    });
  });
});

describe('an outage', () => {
  it.each([
    ['throttle', /answered 429, TF400733.*to be asked again in 30 s/],
    ['unavailable', /answered 503/],
  ] as const)('is no refusal, and starts nothing twice: %s', async (kind, says) => {
    const order = orderOf(`run-${kind}-staging`);
    const channel = await world.channel();
    for (const method of ['GET', 'POST']) {
      world.service().failNext([{ kind, method }]);
      const error = await failureOf(channel.start(order));
      expect(error).toMatchObject({ code: 'azure-unavailable', message: expect.stringMatching(says) });
      expect(error.retryAfterMs).toBe(kind === 'throttle' ? 30_000 : null);
    }
    await channel.start(order);
    expect(timesOf(order.key)).toBe(1);
  });

  it.each(['gateway', 'lose-reply'] as const)(
    'is no refusal where it is not known who answers: %s',
    async (kind) => {
      const order = orderOf(`run-${kind}-staging`);
      const channel = await world.channel();
      world.service().failNext([{ kind, method: 'GET' }]);
      expect(await failureOf(channel.start(order))).toMatchObject({ code: 'azure-unavailable' });
      expect(timesOf(order.key)).toBe(0);
    },
  );

  it('is one, while a run is watched, that nobody lets us in any more', async () => {
    const channel = await world.channel();
    const order = orderOf('run-watched-staging');
    const { run } = await channel.start(order);
    for (const kind of ['unauthorized', 'forbidden'] as const) {
      world.service().failNext([{ kind }]);
      expect(await failureOf(channel.observe(order, run))).toMatchObject({ code: 'azure-unavailable' });
      world.service().failNext([{ kind, method: 'PATCH' }]);
      expect(await failureOf(channel.cancel(order, run))).toMatchObject({ code: 'azure-unavailable' });
    }
  });

  it('shows no token, whatever goes wrong', async () => {
    const errors = [];
    for (const kind of ['unauthorized', 'gateway', 'lose-reply'] as const) {
      world.service().failNext([{ kind }]);
      errors.push(await failureOf((await world.channel()).start(orderOf('run-secret-staging'))));
    }
    const { token } = world.identity.issue({ resource: 'x', subject: 'app' });
    const head = token.split('.')[0]!;
    for (const error of errors) {
      expect(JSON.stringify([error.message, error.subject, error.cause])).not.toContain(head);
      expect(error.message).not.toMatch(/Bearer/);
    }
  });
});
