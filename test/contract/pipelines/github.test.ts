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
    ['unauthorized', /answered 401, Bad credentials; RATCHET_GITHUB_TOKEN is expired or wrong/],
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
