import { describe, expect, it } from 'vitest';
import { main } from '../../../cli/main.ts';
import type { ReleaseRow } from '../../../shared/domain/release-state.ts';
import { beginRelease } from '../../../shared/release/transitions/begin-release.ts';
import { bindingOf } from '../../../shared/release/transitions/binding.ts';
import { describeRelease } from '../../../shared/release/transitions/describe-release.ts';
import { newTargetState, type Release } from '../../../shared/release/transitions/state.ts';
import { candidateOf } from '../release/world/world.ts';
import { answering } from './answering.ts';
import { capturePrinted } from './printed.ts';

const { out, err } = capturePrinted();

const runId = 'spam-filter-20260302-1f2e3d4c';
const releaseId = `${runId}-release`;
const now = '2026-03-02T08:00:00.000Z';
const read = `GET /api/releases/${releaseId}`;
const post = 'POST /api/models/spam-filter/operations';

/** A release that waits for approval, as the service tells of it. */
function waiting(more: Partial<Release> = {}): { row: ReleaseRow; binding: string } {
  const { state } = beginRelease(newTargetState, { candidate: candidateOf('2', { runId, releaseId }), now });
  const release: Release = {
    ...state.release!,
    state: 'waiting-for-approval',
    sentence: 'Waits.',
    stage: 1,
    isReady: true,
    digest: 'd'.repeat(64),
    ...more,
  };
  return { row: describeRelease({ ...state, release }, releaseId, now)!, binding: bindingOf(release) };
}

const operation = { id: 'o', done: true, sentence: 'Approved by ada; 1 more must.' };

describe('ratchet release', () => {
  it.each([runId, releaseId])('shows a release by the id %s, and what an approval is of', async (id) => {
    const { row, binding } = waiting();
    await answering({ [read]: [200, { release: row }] }, async (url) => {
      expect(await main(['release', id, '--url', url])).toBe(0);
    });
    const text = out.join('\n');
    for (const part of [
      'waiting-for-approval since',
      'version   2 of spam-filter to endpoint spam-filter',
      'approvals 0 of 2, until 2026-03-03T08:00:00.000Z',
      'approvers whoever has the role approver, but not rita, who requested the run',
      `gate report ${'a'.repeat(64)}`,
      `data        ${'b'.repeat(64)}`,
      `model file  ${'c'.repeat(64)}`,
      `digest      ${'d'.repeat(64)}`,
      `approve ${releaseId} --binding ${binding}`,
    ])
      expect(text).toContain(part);
  });

  it('names people, by names that it knows from what they asked for and approved', async () => {
    const [ada, bob, eve] = ['a', 'b', 'e'].map(
      (digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`,
    ) as [string, string, string];
    const stages = candidateOf('2').stages.map((stage) =>
      stage.kind === 'approval' ? { ...stage, by: [bob, eve.toUpperCase()] } : stage,
    );
    const actor = { kind: 'person', name: 'bob@example.com', id: bob } as const;
    const approvals = [{ by: actor.name, actor, reason: 'seen', at: now, binding: 'f'.repeat(64) }];
    const requesterNames = { [ada]: 'ada@example.com' };
    const { row } = waiting({ stages, approvals, requestedBy: [ada], requesterNames });
    await answering({ [read]: [200, { release: row }] }, async (url) => {
      await main(['release', runId, '--url', url]);
    });
    expect(out.join('\n')).toContain(
      `approvers bob@example.com, somebody whose name is not known (object id ${eve.toUpperCase()}), but not ada@example.com, who`,
    );
  });

  it('shows what people were told, what did not reach them, and an approval that is void', async () => {
    const approvals = [{ by: 'ada', reason: 'seen', at: now, binding: 'f'.repeat(64) }];
    const { row } = waiting({ approvals });
    const of = {
      id: 'ntc_1',
      kind: 'approval.waits',
      model: 'spam-filter',
      subject: releaseId,
      title: 'T',
      at: now,
    };
    const notices = [
      { ...of, to: 'leads', state: 'delivered', tries: 1, triedAt: now, why: '' },
      { ...of, to: 'ops', state: 'tried-again', tries: 2, triedAt: now, why: 'the receiver answered 503' },
      {
        ...of,
        to: 'gone',
        state: 'not-delivered',
        tries: 1,
        triedAt: now,
        why: 'the receiver answered 404\u001b[2J',
      },
    ];
    await answering({ [read]: [200, { release: row, notices }] }, async (url) => {
      expect(await main(['release', releaseId, '--url', url])).toBe(0);
    });
    const text = out.join('\n');
    for (const part of [
      'approved  by ada at 2026-03-02T08:00:00.000Z: seen (void: of something else than is asked now)',
      'approvals 0 of 2, until 2026-03-03T08:00:00.000Z; then it is rejected',
      'told      leads: approval.waits of 2026-03-02T08:00:00.000Z, delivered 2026-03-02T08:00:00.000Z',
      'told      ops: approval.waits of 2026-03-02T08:00:00.000Z, not delivered after 2 attempts, is tried again: the receiver answered 503',
      'not delivered after 1 attempt, was given up: the receiver answered 404',
    ])
      expect(text).toContain(part);
    expect(text).not.toContain('\u001b[2J');
  });

  it('approves what it has printed', async () => {
    const { row, binding } = waiting();
    const answers = { [read]: [200, { release: row }], [post]: [200, { operation }] } as const;
    const asked = await answering(answers, async (url) => {
      expect(await main(['release', 'approve', runId, '--reason', 'seen', '--url', url])).toBe(0);
    });
    expect(asked.map(({ what }) => what)).toEqual([read, post]);
    expect(asked[1]!.body).toEqual({ action: 'approve-release', releaseId, binding, reason: 'seen' });
    expect(out[0]).toContain(`binding     ${binding}`);
    expect(out[0]).toContain('digest      dddd');
    expect(out[1]).toBe('Approved by ada; 1 more must.');
  });

  it('approves what was looked at before, and passes on that it is something else now', async () => {
    const { row } = waiting();
    const other = 'e'.repeat(64);
    const refused = { ...operation, done: false, sentence: 'What was looked at is not what is asked now' };
    const answers = { [read]: [200, { release: row }], [post]: [409, { operation: refused }] } as const;
    const asked = await answering(answers, async (url) => {
      const args = ['release', 'approve', releaseId, '--binding', other, '--reason', 'seen', '--url', url];
      expect(await main(args)).toBe(1);
    });
    expect(asked.at(-1)!.body).toMatchObject({ binding: other });
    expect(out.join('\n')).not.toContain('Approving');
    expect(out.join('\n')).toContain('What was looked at is not what is asked now');
  });

  it('approves nothing where the binding is not the hash of what is shown', async () => {
    const { row } = waiting();
    const { approval } = row;
    const forged = { ...row, approval: { ...approval, subject: { ...approval!.subject, version: '1' } } };
    const asked = await answering({ [read]: [200, { release: forged }] }, async (url) => {
      expect(await main(['release', 'approve', releaseId, '--reason', 'seen', '--url', url])).toBe(3);
    });
    expect(asked).toHaveLength(1);
    expect(err[0]).toContain('is not the SHA-256 of what it shows: nothing was approved');
  });

  it('has nothing to approve of a release that is over', async () => {
    const over = {
      ...waiting().row,
      state: 'settled',
      sentence: 'It serves.',
      binding: null,
      approval: null,
    };
    await answering({ [read]: [200, { release: over }] }, async (url) => {
      expect(await main(['release', 'approve', releaseId, '--reason', 'seen', '--url', url])).toBe(3);
    });
    expect(err[0]).toContain(`nothing to approve: release ${releaseId} is settled. It serves.`);
  });

  it.each(['reject', 'abort', 'resume'])('%s tells the service, with the reason', async (order) => {
    const asked = await answering({ [post]: [200, { operation }] }, async (url) => {
      expect(await main(['release', order, runId, '--reason', 'so', '--url', url])).toBe(0);
    });
    expect(asked).toEqual([{ what: post, body: { action: `${order}-release`, releaseId, reason: 'so' } }]);
  });

  it.each([
    ['drifted', 'goes on from what the endpoint serves now', true],
    ['inconclusive', 'left forwards only where its checks pass', true],
    ['no-way-back', 'what is to serve the endpoint is yours to say', false],
    ['stuck', 'the way back is tried again at once', false],
  ] as const)('shows what answers a release that asks because %s', async (why, resume, abort) => {
    const { row } = waiting({
      state: 'asking',
      stage: 3,
      asks: { why, sentence: 'Somebody has changed it.', since: now },
    });
    await answering({ [read]: [200, { release: row }] }, async (url) => {
      await main(['release', releaseId, '--url', url]);
    });
    expect(out[0]).toContain(`ratchet release resume ${releaseId} --reason TEXT`);
    expect(out[0]).toContain(resume);
    expect(out[0]!.includes(`ratchet release abort ${releaseId}`)).toBe(abort);
    expect(out[0]).toContain('stage     some, 10 % of the requests');
  });

  it.each([
    [['release'], 'name exactly one release'],
    [['release', 'approve'], 'approve: name the release'],
    [['release', 'aprove', releaseId], 'did you mean "approve"?'],
    [['release', 'approve', releaseId], '--reason is missing'],
    [['release', 'abort', releaseId, '--reason', 'x', '--binding', 'y'], '--binding belongs to approve'],
    [['release', releaseId, '--binding', 'y'], '--binding belongs to an order'],
    [['release', 'spam-filter'], 'neither a release id, such as spam-filter-20020902-1f2e3d4c-release'],
    [['roll-back', '--reason', 'x'], 'name exactly one model'],
    [['roll-back', 'spam-filter'], '--reason is missing'],
    [['serving'], 'name exactly one model'],
    [['releases', releaseId], 'see ratchet release RELEASE'],
  ])('refuses %j before it asks', async (args, why) => {
    expect(await main(args)).toBe(2);
    expect(err[0]).toContain(why);
  });
});

describe('ratchet releases', () => {
  it('lists them, and marks those that ask a person', async () => {
    const { row } = waiting();
    const rows = [{ ...row, asks: 'drifted' }, row];
    const asked = await answering(
      { 'GET /api/releases?model=spam-filter': [200, { releases: rows }] },
      async (url) => {
        expect(await main(['releases', '--model', 'spam-filter', '--url', url])).toBe(0);
      },
    );
    expect(asked).toHaveLength(1);
    expect(out[0]).toContain(`needs a person: ratchet release ${releaseId}`);
    expect(out[1]).toMatch(/waiting-for-approval.* {2}version 2 to spam-filter {2}Waits\.$/);
  });
});

describe('ratchet roll-back', () => {
  it.each([
    [[], {}],
    [['--to', '3'], { version: '3' }],
  ])('sends the order, %j', async (options, fields) => {
    const asked = await answering({ [post]: [200, { operation }] }, async (url) => {
      const args = ['roll-back', 'spam-filter', ...options, '--reason', 'bad', '--url', url];
      expect(await main(args)).toBe(0);
    });
    expect(asked[0]!.body).toEqual({ action: 'roll-back', reason: 'bad', ...fields });
  });
});

describe('ratchet serving', () => {
  const deployed = (version: string) => ({
    deployment: `version-${version}`,
    model: { name: 'spam-filter', version },
    state: 'ready',
  });
  const view = {
    model: 'spam-filter',
    target: { kind: 'online-endpoint', endpoint: 'front' },
    desired: { traffic: { 'version-1': 90, 'version-2': 10 }, mirror: {} },
    observed: {
      ...{
        at: now,
        isUpdating: false,
        mirror: {},
        traffic: { 'version-1': 90, 'version-2': 10, 'version-9': 0 },
      },
      deployments: ['1', '2', '9'].map(deployed),
    },
    settled: [{ model: { version: '1' }, deployment: 'version-1', digest: null, releaseId: null, at: now }],
    release: { releaseId, state: 'canary', sentence: 'Serves.' },
    waiting: ['next-release'],
  };
  const show = async (shown: unknown): Promise<number> => {
    let code = -1;
    await answering({ 'GET /api/models/spam-filter/serving': [200, shown] }, async (url) => {
      code = await main(['serving', 'spam-filter', '--url', url]);
    });
    return code;
  };

  it('shows what is desired, what was seen, what may be gone back to, who holds it and what waits', async () => {
    expect(await show(view)).toBe(0);
    expect(out[0]!.split('\n').slice(1)).toEqual([
      '  desired   90 % version-1 (spam-filter 1), 10 % version-2 (spam-filter 2)',
      `  observed  90 % version-1 (spam-filter 1), 10 % version-2 (spam-filter 2), at ${now}`,
      '            version-9 (spam-filter 9): no requests, ready',
      `  settled   1, since ${now}, it served when the first release came`,
      expect.stringMatching(`^  release   ${releaseId}, .*canary.*: Serves\\.$`),
      '  waiting   next-release',
    ]);
  });

  it('exits 1 where what was seen is not what is desired', async () => {
    const observed = { ...view.observed, traffic: { 'version-1': 100 } };
    expect(await show({ ...view, observed })).toBe(1);
    expect(out[0]).toContain('not what is desired');
  });

  it('says so where nothing is known yet', async () => {
    const fresh = { ...view, desired: null, observed: null, settled: [], release: null, waiting: [] };
    expect(await show(fresh)).toBe(0);
    expect(out[0]).toContain('not known before the first release looks at the endpoint');
    expect(out[0]).toContain('none: nothing to roll back to');
  });
});
