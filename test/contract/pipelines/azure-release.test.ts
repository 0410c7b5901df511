/** Classic releases of Azure DevOps, over the wire. */
import { describe, expect, it } from 'vitest';
import { releasesUrlOf } from '../../../shared/release/channels/azure-release.ts';
import { failureOf } from '../release-target/target-fixture.ts';
import { orderOf } from './orders.ts';
import { openPipelinesWorld } from './pipelines-fixture.ts';

const world = await openPipelinesWorld();
const releasesOf = (definition: string) => world.service().releases.list(definition);
const timesOf = (definition: string, key: string): number =>
  releasesOf(definition).filter(({ description }) => description === `ratchetRelease=${key}`).length;
const approvalOf = (definition: string) => releasesOf(definition).at(-1)!.stages[0]!.approval!;

describe('a classic release', () => {
  it('is created with the parameters of the release as variables, and watched to the end of its stage', async () => {
    const channel = await world.release({ parameters: { region: 'south' } });
    const order = orderOf('run-1-staging');
    const started = await channel.start(order);
    expect(started).toMatchObject({
      state: 'running',
      run: { url: expect.stringMatching(/^https:.*releaseId=\d+/) },
    });
    expect(releasesOf('deploy').at(-1)?.variables).toEqual({
      ...{ ratchetRelease: 'run-1-staging', ratchetStage: 'staging', modelName: 'spam-filter' },
      ...{ modelVersion: '4', previousVersion: '3', modelDigest: 'd'.repeat(64), region: 'south' },
    });
    world.pass(6_000);
    expect(await channel.observe(order, started.run)).toEqual({ ...started, state: 'succeeded' });
  });

  it.each(['failed', 'canceled'] as const)('is told to have %s', async (ends) => {
    world.service().plan('deploy', { ends, takesMs: 1_000, heedsCancel: true });
    const channel = await world.release();
    const order = orderOf(`run-${ends}-staging`);
    const { run } = await channel.start(order);
    world.pass(1_000);
    expect(await channel.observe(order, run)).toMatchObject({
      state: ends === 'failed' ? 'failed' : 'cancelled',
    });
    world.service().plan('deploy', { ends: 'succeeded', takesMs: 5_000, heedsCancel: true });
  });

  it('is found again where the answer to its start was lost, and after the service was away', async () => {
    const channel = await world.release();
    const order = orderOf('run-lost-staging');
    world.service().failNext([{ kind: 'lose-reply', method: 'POST' }]);
    const found = await channel.start(order);
    await world.restart();
    expect(await (await world.release()).start(order)).toEqual(found);
    expect(timesOf('deploy', order.key)).toBe(1);
    expect(await channel.observe(order, null)).toEqual(found);
  });

  it('is abandoned when it is cancelled, by its key alone, too, once its stage has ended', async () => {
    world.service().plan('deploy', { ends: 'succeeded', takesMs: 60_000, heedsCancel: true });
    const channel = await world.release();
    const order = orderOf('run-cancelled-staging');
    expect(await channel.cancel(order, null)).toEqual({ state: 'absent', why: '', run: null });
    const { run } = await channel.start(order);
    expect(await channel.cancel(order, null)).toMatchObject({ state: 'running', run });
    world.pass(2_000);
    expect(await channel.cancel(order, run)).toMatchObject({ state: 'cancelled', run });
    expect(await channel.start(order)).toMatchObject({ state: 'cancelled', run });
    expect(timesOf('deploy', order.key)).toBe(1);
    world.service().plan('deploy', { ends: 'succeeded', takesMs: 5_000, heedsCancel: true });
  });

  it('is gone where its project or its definition is', async () => {
    const order = orderOf('run-gone-staging');
    for (const more of [{ project: 'gone' }, { definition: 'gone' }])
      expect(await (await world.release(more)).cancel(order, null)).toMatchObject({ state: 'absent' });
    const unknown = await (await world.release()).observe(order, { id: '99999', url: null });
    expect(unknown).toMatchObject({ state: 'absent' });
  });
});

describe('the approval before its stage', () => {
  it('is waited for, with who is to give it, and the stage goes on once they have', async () => {
    const channel = await world.release({ definition: 'asked' });
    const order = orderOf('run-asked-staging');
    const { run, ...waiting } = await channel.start(order);
    expect(waiting).toEqual({
      state: 'running',
      why: 'waits for the approval before stage production, by Ann',
    });
    world.pass(3_600_000);
    expect(await channel.observe(order, run)).toMatchObject(waiting);
    const decision = { status: 'approved', by: 'Ann', comments: '' } as const;
    world.service().releases.decide(approvalOf('asked').id, decision);
    expect(await channel.observe(order, run)).toMatchObject({ state: 'running', why: '' });
    world.pass(5_000);
    expect(await channel.observe(order, run)).toMatchObject({ state: 'succeeded' });
  });

  it('that is rejected fails it, with who has rejected it and why', async () => {
    const channel = await world.release({ definition: 'asked' });
    const order = orderOf('run-rejected-staging');
    const { run } = await channel.start(order);
    const comments = 'not before\nMonday\u202e';
    world.service().releases.decide(approvalOf('asked').id, { status: 'rejected', by: 'Ann', comments });
    expect(await channel.observe(order, run)).toMatchObject({
      state: 'failed',
      why: 'the approval of stage production was rejected by Ann: not before Monday',
    });
  });

  it('is given by Ratchet where the file says so, naming the release, and never otherwise', async () => {
    const order = orderOf('run-own-staging');
    const follows = await world.release({ definition: 'own' });
    const { run } = await follows.start(order);
    await follows.observe(order, run);
    expect(approvalOf('own')).toMatchObject({ status: 'pending' });
    const answers = await world.release({ definition: 'own', approval: 'answer' });
    expect(await answers.observe(order, run)).toMatchObject({ state: 'running', why: '' });
    expect(approvalOf('own')).toMatchObject({
      status: 'approved',
      comments: 'Approved in Ratchet: ratchetRelease=run-own-staging.',
    });
    world.pass(5_000);
    expect(await answers.observe(order, run)).toMatchObject({ state: 'succeeded' });
  });

  it('that is not for Ratchet to give is said to be so, and waited for', async () => {
    const channel = await world.release({ definition: 'asked', approval: 'answer' });
    expect(await channel.start(orderOf('run-others-staging'))).toMatchObject({
      state: 'running',
      why: 'waits for the approval before stage production, by Ann, which the identity of Ratchet may not give: make it an approver there',
    });
    expect(approvalOf('asked')).toMatchObject({ status: 'pending' });
  });

  it('that waits when the release goes back is cancelled with its stage', async () => {
    const channel = await world.release({ definition: 'asked' });
    const order = orderOf('run-turned-staging');
    const { run } = await channel.start(order);
    await channel.cancel(order, run);
    world.pass(2_000);
    expect(await channel.cancel(order, run)).toMatchObject({ state: 'cancelled' });
  });
});

describe('a classic release that is refused', () => {
  const refused: [string, object, RegExp][] = [
    [
      'no such definition',
      { definition: 'nothing' },
      /^release pipeline nothing of ratchet: project ratchet must have one release pipeline of that name; found none; create it there/,
    ],
    [
      'no such number',
      { definition: 4711 },
      /answered 404, VS402881.*; check project and definition in the model file$/,
    ],
    ['no such project', { project: 'nowhere' }, /answered 404, TF200016/],
    [
      'no such stage',
      { environment: 'moon' },
      /it has no stage moon; correct environment in the model file$/,
    ],
    [
      'variables that cannot be set',
      { definition: 'unprepared' },
      /it takes no ratchetRelease, ratchetStage, .*modelDigest: give it variables of those names, settable at release time$/,
    ],
    [
      'a variable it does not have',
      { parameters: { zone: '1' } },
      /it takes no zone: give it variables of that name/,
    ],
  ];
  it.each(refused)('says what to do: %s', async (_what, stage, says) => {
    const error = await failureOf((await world.release(stage)).start(orderOf('run-refused-staging')));
    expect(error).toMatchObject({ code: 'azure-refused', message: expect.stringMatching(says) });
    expect(timesOf('deploy', 'run-refused-staging')).toBe(0);
  });

  it.each([
    ['unauthorized', /answered 401, .*; add the app's identity to the organization/],
    ['forbidden', /answered 403, TF215106: .*; give the app's identity View releases, Create releases/],
  ] as const)('names the permission that is missing: %s', async (kind, says) => {
    world.service().failNext([{ kind, method: 'POST' }]);
    const error = await failureOf((await world.release()).start(orderOf('run-barred-staging')));
    expect(error).toMatchObject({ code: 'azure-refused', message: expect.stringMatching(says) });
  });

  it('is an outage while it is watched, where nobody lets us in any more', async () => {
    const channel = await world.release();
    const order = orderOf('run-watched-staging');
    const { run } = await channel.start(order);
    world.service().failNext([{ kind: 'forbidden' }]);
    expect(await failureOf(channel.observe(order, run))).toMatchObject({ code: 'azure-unavailable' });
  });
});

describe('the address of releases', () => {
  it.each([
    ['https://dev.azure.com/contoso', 'https://vsrm.dev.azure.com/contoso'],
    ['https://contoso.visualstudio.com', 'https://contoso.vsrm.visualstudio.com'],
    ['https://devops.contoso.com/tfs/all', 'https://devops.contoso.com/tfs/all'],
    ['https://dev.azure.com.contoso.com/x', 'https://dev.azure.com.contoso.com/x'],
  ])('of %s is %s', (given, releases) => {
    expect(releasesUrlOf(given)).toBe(releases);
  });
});
