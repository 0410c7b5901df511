import { describe, expect, it } from 'vitest';
import { failureOf } from '../release-target/target-fixture.ts';
import { orderOf } from './orders.ts';
import { openPipelinesWorld } from './pipelines-fixture.ts';

const world = await openPipelinesWorld();
const runsOf = (key: string) =>
  world
    .service()
    .runsOf('deploy')
    .filter(({ parameters }) => parameters['ratchetRelease'] === key);

describe('a workflow of GitHub', () => {
  it('is dispatched with the parameters of the release and those of the model file, and watched to its end', async () => {
    const channel = await world.gitHub({ parameters: { region: 'south' } });
    const order = orderOf('run-1-staging');
    const started = await channel.start(order);
    expect(started).toMatchObject({
      state: 'running',
      run: { url: expect.stringMatching(/^https:.*\/actions\/runs\/\d+$/) },
    });
    expect(runsOf(order.key)).toMatchObject([
      { parameters: { modelName: 'spam-filter', modelVersion: '4', previousVersion: '3', region: 'south' } },
    ]);
    world.pass(6_000);
    expect(await channel.observe(order, started.run)).toEqual({ ...started, state: 'succeeded' });
  });

  it.each([
    ['failed', { state: 'failed', why: 'its conclusion is failure' }],
    ['canceled', { state: 'cancelled', why: '' }],
  ] as const)('is told to have %s', async (ends, seen) => {
    world.service().plan('deploy', { ends, takesMs: 1_000, heedsCancel: true });
    const channel = await world.gitHub();
    const order = orderOf(`run-${ends}-staging`);
    const { run } = await channel.start(order);
    world.pass(1_000);
    expect(await channel.observe(order, run)).toEqual({ ...seen, run });
    world.service().plan('deploy', { ends: 'succeeded', takesMs: 5_000, heedsCancel: true });
  });

  it('is found again where the answer to its dispatch was lost, and after the service was away', async () => {
    const order = orderOf('run-lost-staging');
    world.service().failNext([{ kind: 'lose-reply', method: 'POST' }]);
    const found = await (await world.gitHub()).start(order);
    await world.restart();
    const channel = await world.gitHub();
    expect(await channel.start(order)).toEqual(found);
    expect(await channel.observe(order, null)).toEqual(found);
    expect(runsOf(order.key)).toHaveLength(1);
  });

  it('ends when it is cancelled, by its key alone, too, and stays as it is once it has ended', async () => {
    const channel = await world.gitHub();
    const order = orderOf('run-cancelled-staging');
    expect(await channel.cancel(order, null)).toEqual({ state: 'absent', why: '', run: null });
    const { run } = await channel.start(order);
    expect(await channel.cancel(order, null)).toMatchObject({ state: 'running', run });
    world.pass(2_000);
    expect(await channel.cancel(order, run)).toMatchObject({ state: 'cancelled', run });
    expect(await channel.start(order)).toMatchObject({ state: 'cancelled', run });
  });

  it('is gone where its repository is', async () => {
    const channel = await world.gitHub({ repository: 'local/gone' });
    expect(await channel.cancel(orderOf('x-staging'), null)).toMatchObject({ state: 'absent' });
    const there = await world.gitHub();
    expect(await there.observe(orderOf('x-staging'), { id: '99999', url: null })).toMatchObject({
      state: 'absent',
    });
  });
});

describe('a dispatch that is refused', () => {
  const refused: [string, object, RegExp][] = [
    [
      'no such workflow',
      { workflow: 'nothing.yml' },
      /answered 404, Not Found; check repository and workflow/,
    ],
    [
      'no such repository',
      { repository: 'local/nothing' },
      /answered 404, Not Found; .*that the token may see the repository/,
    ],
    [
      'an input the workflow does not take',
      { parameters: { zone: '1' } },
      /answered 422, Unexpected inputs provided: \["zone"\]; compare the inputs/,
    ],
    [
      'a value the workflow does not take',
      { parameters: { region: 'west' } },
      /answered 422, Provided value 'west'/,
    ],
    ['no such branch', { branch: 'none' }, /answered 422, No ref found for: none/],
    [
      'runs that do not bear the release',
      { workflow: 'nameless.yml' },
      /its runs must bear the release, and one is called "nameless"; give the workflow run-name/,
    ],
  ];
  it.each(refused)('says what to do: %s', async (_what, stage, says) => {
    const error = await failureOf((await world.gitHub(stage)).start(orderOf('run-refused-staging')));
    expect(error).toMatchObject({ code: 'azure-refused', message: expect.stringMatching(says) });
  });

  it('leaves no run that does not bear the release', async () => {
    await failureOf(
      (await world.gitHub({ workflow: 'nameless.yml' })).start(orderOf('run-nameless-staging')),
    );
    expect(
      world
        .service()
        .runsOf('nameless')
        .map(({ state }) => state),
    ).not.toContain('inProgress');
  });

  it.each([
    ['forbidden', /answered 403, .*; give the token Actions: read and write/],
    [
      'unauthorized',
      /answered 401, Bad credentials; RATCHET_GITHUB_TOKEN, or the key of the GitHub App, is expired or wrong/,
    ],
  ] as const)('names what is missing: %s', async (kind, says) => {
    world.service().failNext([{ kind, method: 'POST' }]);
    const error = await failureOf((await world.gitHub()).start(orderOf('run-barred-staging')));
    expect(error).toMatchObject({ code: 'azure-refused', message: expect.stringMatching(says) });
  });

  it('is refused with another token, which no error shows', async () => {
    const token = `ghp_${'a'.repeat(36)}`;
    const channel = await world.gitHub({}, { RATCHET_GITHUB_TOKEN: token });
    const error = await failureOf(channel.start(orderOf('x-staging')));
    expect(error).toMatchObject({ code: 'azure-refused' });
    expect(JSON.stringify([error.message, error.subject, error.cause])).not.toContain('aaaa');
  });

  it('needs the setting', async () => {
    const error = await failureOf(world.gitHub({}, { RATCHET_GITHUB_TOKEN: '' }));
    expect(error).toMatchObject({ code: 'bad-setting', message: expect.stringContaining('channel github') });
  });
});

describe('an outage of GitHub', () => {
  it.each(['throttle', 'unavailable'] as const)(
    'is no refusal, and starts nothing twice: %s',
    async (kind) => {
      const order = orderOf(`run-${kind}-staging`);
      const channel = await world.gitHub();
      for (const method of ['GET', 'POST']) {
        world.service().failNext([{ kind, method }]);
        expect(await failureOf(channel.start(order))).toMatchObject({ code: 'azure-unavailable' });
      }
      await channel.start(order);
      expect(runsOf(order.key)).toHaveLength(1);
    },
  );
});

describe('a deployment at GitHub', () => {
  const deploymentsOf = (key: string) =>
    world
      .service()
      .gitHub.deployments.list()
      .filter(({ payload }) => (payload as { ratchetRelease?: unknown }).ratchetRelease === key);
  const statesOf = (key: string) => deploymentsOf(key)[0]!.statuses.map(({ state }) => state);

  it('is shown where the file names an environment, once, with the link to its run and how that has ended', async () => {
    const channel = await world.gitHub({ deployment: 'ratchet-staging' });
    const order = orderOf('run-shown-staging');
    const { run } = await channel.start(order);
    await channel.start(order);
    await channel.observe(order, run);
    expect(deploymentsOf(order.key)).toMatchObject([
      {
        ...{ environment: 'ratchet-staging', ref: 'main', description: 'Version 4 of spam-filter' },
        statuses: [{ state: 'in_progress', log_url: run?.url }],
      },
    ]);
    world.pass(6_000);
    expect(await channel.observe(order, run)).toMatchObject({ state: 'succeeded' });
    await channel.observe(order, run);
    expect(statesOf(order.key)).toEqual(['in_progress', 'success']);
    const next = orderOf('run-next-staging', { askedAt: new Date(world.clock.now()).toISOString() });
    const other = await channel.start(next);
    world.pass(6_000);
    await channel.observe(next, other.run);
    expect(statesOf(order.key)).toEqual(['in_progress', 'success', 'inactive']);
  });

  it.each([
    ['failed', 'failure'],
    ['canceled', 'error'],
  ] as const)('of a run that has %s ends as %s', async (ends, state) => {
    world.service().plan('deploy', { ends, takesMs: 1_000, heedsCancel: true });
    const channel = await world.gitHub({ deployment: 'ratchet-staging' });
    const order = orderOf(`run-ends-${ends}-staging`, { askedAt: new Date(world.clock.now()).toISOString() });
    const { run } = await channel.start(order);
    world.pass(1_000);
    await channel.observe(order, run);
    expect(statesOf(order.key)).toEqual(['in_progress', state]);
    world.service().plan('deploy', { ends: 'succeeded', takesMs: 5_000, heedsCancel: true });
  });

  it('is made once where the answer to that was lost', async () => {
    const channel = await world.gitHub({ deployment: 'ratchet-staging' });
    const order = orderOf('run-unseen-staging', { askedAt: new Date(world.clock.now()).toISOString() });
    await (await world.gitHub()).start(order);
    // The run is there: what is lost is the answer to the deployment, and then that to its status.
    world.service().failNext([{ kind: 'lose-reply', method: 'POST' }]);
    await channel.start(order);
    expect(deploymentsOf(order.key)).toHaveLength(1);
    expect(statesOf(order.key)).toEqual(['in_progress']);
  });
});

describe('the GitHub App', () => {
  const asApp = () => {
    const { app } = world.service().gitHub;
    return {
      RATCHET_GITHUB_TOKEN: '',
      RATCHET_GITHUB_APP_ID: app.id,
      RATCHET_GITHUB_APP_KEY: app.privateKey().replaceAll('\n', '\\n'),
    };
  };

  it('dispatches and watches with a token of its installation, which is asked for once', async () => {
    const { app } = world.service().gitHub;
    const before = app.issued();
    const channel = await world.gitHub({}, asApp());
    const order = orderOf('run-as-app-staging', { askedAt: new Date(world.clock.now()).toISOString() });
    const { run } = await channel.start(order);
    world.pass(6_000);
    expect(await channel.observe(order, run)).toMatchObject({ state: 'succeeded' });
    expect(app.issued() - before).toBe(1);
  });

  it('may show deployments where the stage asks for them, and not otherwise', async () => {
    const { app, url } = world.service().gitHub;
    const channel = await world.gitHub({ deployment: 'ratchet-staging' }, asApp());
    const order = orderOf('run-shows-staging', { askedAt: new Date(world.clock.now()).toISOString() });
    await channel.start(order);
    expect(app.issued()).toBeGreaterThan(0);
    const { token } = app.issue({ actions: 'write' });
    const { request } = await import('node:https');
    const status = await new Promise((resolve) =>
      request(`${url}/repos/local/ratchet/deployments`, {
        ca: world.tls.ca,
        headers: { authorization: `Bearer ${token}`, 'user-agent': 'test' },
      })
        .on('response', (response) => resolve(response.resume().statusCode))
        .end(),
    );
    expect(status).toBe(403);
  });

  it('whose key is another is told so', async () => {
    const { generateKeyPairSync } = await import('node:crypto');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const other = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    const channel = await world.gitHub({}, { ...asApp(), RATCHET_GITHUB_APP_KEY: other });
    const error = await failureOf(channel.start(orderOf('run-strange-staging')));
    expect(error.message).toMatch(
      /answered 401, Bad credentials; RATCHET_GITHUB_TOKEN, or the key of the GitHub App, is expired or wrong/,
    );
    expect(error.message).not.toMatch(/ey[A-Za-z0-9]/);
  });
});
