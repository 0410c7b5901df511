/** Approvals that count for nothing, as they come over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStaged, type Staged } from './staged.ts';

describe('an approval of a release', () => {
  let staged: Staged;

  beforeAll(async () => {
    staged = await openStaged({ approval: 'need: 2, within: PT1H' });
  });

  afterAll(() => staged?.close());

  const release = async (key: string) => {
    await staged.request(key);
    await staged.pass(10);
    const row = await staged.latest();
    expect(row).toMatchObject({ state: 'waiting-for-approval' });
    return { releaseId: row!.releaseId, binding: row!.binding! };
  };
  const approve = async (of: { releaseId: string; binding: string }, as: string | null) => {
    const answer = await staged.order('approve-release', of, as);
    const { operation } = (answer?.body ?? {}) as { operation?: { sentence: string } };
    return { status: answer?.status, sentence: operation?.sentence ?? JSON.stringify(answer?.body) };
  };

  it('is refused to whoever may not, twice, of something else, and once it is over', async () => {
    const first = await release('first');
    expect(await approve(first, null)).toMatchObject({ status: 403 });
    expect(await approve(first, 'olga')).toMatchObject({ status: 403 });
    expect(await approve(first, 'vic')).toMatchObject({ status: 403 });
    expect(await approve(first, 'jane')).toMatchObject({
      status: 409,
      sentence: 'jane requested the run, and cannot approve its release: somebody else must.',
    });
    expect(await approve({ ...first, binding: 'a'.repeat(64) }, 'bob')).toMatchObject({
      status: 409,
      sentence: expect.stringContaining('What was looked at is not what is asked now'),
    });
    expect(await approve(first, 'bob')).toMatchObject({ status: 200 });
    expect(await approve(first, 'bob')).toMatchObject({
      status: 409,
      sentence: 'bob has approved before: another person must.',
    });
    await staged.order('abort-release', { releaseId: first.releaseId }, 'bob');
    await staged.pass(5);
    expect(await approve(first, 'eve')).toMatchObject({ status: 409 });
    expect(await staged.latest()).toMatchObject({ state: 'rolled-back' });

    const second = await release('second');
    expect(await approve({ ...second, binding: first.binding }, 'bob')).toMatchObject({ status: 409 });
    expect(await approve(second, 'bob')).toMatchObject({ status: 200 });
    await staged.pass(60);
    expect(await approve(second, 'eve')).toMatchObject({ status: 409 });
    expect(await staged.latest()).toMatchObject({ state: 'rejected' });
    expect(await staged.traffic()).toEqual({});
    expect(await staged.deployments()).toEqual({});
  });
});
