/** Notices over the wire, to receivers that are as strict as the services, slow, away, or lead elsewhere. */
import { describe, expect, it } from 'vitest';
import type { Notice, Sent } from '../../../shared/domain/notice.ts';
import { findForgery, readWebhookSecret } from '../../../shared/http/webhook-signature.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { findSlackProblems, findTeamsProblems, startReceiver } from './receivers.ts';

const notice: Notice = {
  ...{ id: 'ntc_0123456789abcdef', kind: 'approval.waits', model: 'spam-filter', subject: 'run-2-release' },
  ...{ runId: 'run-2', at: '2026-03-02T08:00:00.000Z', title: 'Approval wanted: version 2 of spam-filter' },
  ...{ text: 'Mind <!channel> & **this** <b>reason</b>', facts: [{ name: 'Run', value: 'run-2' }] },
  ...{ commands: ['ratchet release run-2-release'], approval: null },
};
const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

async function send(to: string, receivers: string): Promise<Sent> {
  const wiring = createWiring({
    RATCHET_WORKSPACE_ID:
      '/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w',
    RATCHET_CONTAINER: 'container',
    RATCHET_STORAGE: 'UseDevelopmentStorage=true',
    RATCHET_NOTICES: receivers,
  });
  return (await wiring.notices()).send(notice, to);
}

const ok = { status: 200, body: 'ok' };

describe('a notice', () => {
  it('reaches Slack as it takes a message', async () => {
    const { url, received } = await startReceiver(ok);
    const sent = await send('ops', `ops=slack ${url}/services/T0/B0/XX`);
    expect(sent).toEqual({ state: 'delivered' });
    expect(received).toHaveLength(1);
    const [{ method, path, headers, body }] = received as [(typeof received)[number]];
    expect([method, path, headers['content-type']]).toEqual([
      'POST',
      '/services/T0/B0/XX',
      'application/json',
    ]);
    expect(findSlackProblems(body)).toEqual([]);
    expect(body).toContain('Mind &lt;!channel&gt; &amp; **this** &lt;b&gt;reason&lt;/b&gt;');
  });

  it('reaches Teams as its workflows take a card, which they answer with 202', async () => {
    const { url, received } = await startReceiver({ status: 202 });
    const sent = await send('leads', `leads=teams ${url}/workflows/w/invoke?api-version=1&sig=XX`);
    expect(sent).toEqual({ state: 'delivered' });
    expect(received[0]!.path).toBe('/workflows/w/invoke?api-version=1&sig=XX');
    expect(findTeamsProblems(received[0]!.body)).toEqual([]);
  });

  it('reaches a webhook signed, under an id that stays', async () => {
    const { url, received } = await startReceiver({ status: 204 });
    for (const _time of [1, 2]) await send('audit', `audit=webhook ${url}/hook ${secret}`);
    const keys = [readWebhookSecret(secret)!];
    for (const { headers, body } of received) {
      const all = new Headers(headers as Record<string, string>);
      expect(findForgery(all, body, keys, Date.now())).toBeNull();
      expect(findForgery(all, `${body} `, keys, Date.now())).toMatch(/does not match/);
      expect(JSON.parse(body)).toMatchObject({ type: 'approval.waits', data: { subject: 'run-2-release' } });
    }
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual([notice.id, notice.id]);
  });

  it.each([
    [429, { 'retry-after': '120' }, 120_000],
    [429, {}, null],
    [503, { 'retry-after': 'soon' }, null],
    [500, {}, null],
    [408, {}, null],
  ] as [number, Record<string, string>, number | null][])(
    'that was answered %i %j failed, and may be sent again after that',
    async (status, headers, retryAfterMs) => {
      const { url } = await startReceiver({ status, headers });
      const why = `the receiver answered ${status}`;
      expect(await send('ops', `ops=slack ${url}/x`)).toEqual({ state: 'failed', why, retryAfterMs });
    },
  );

  it('that is asked to wait until a date waits until then', async () => {
    const date = new Date(Date.now() + 600_000).toUTCString();
    const { url } = await startReceiver({ status: 429, headers: { 'retry-after': date } });
    const sent = await send('ops', `ops=slack ${url}/x`);
    if (sent.state !== 'failed') throw new Error(sent.state);
    expect(sent.retryAfterMs).toBeGreaterThan(590_000);
    expect(sent.retryAfterMs).toBeLessThanOrEqual(600_000);
  });

  it('goes nowhere else, wherever a receiver leads it', async () => {
    const other = await startReceiver(ok);
    const { url } = await startReceiver({ status: 307, headers: { location: `${other.url}/stolen` } });
    const why = 'the receiver answered 307; no redirect is followed: set the address it leads to';
    expect(await send('ops', `ops=slack ${url}/x`)).toEqual({ state: 'refused', why });
    expect(other.received).toEqual([]);
  });

  it.each([
    [404, 'no_service', 'the receiver answered 404, no_service; look whether'],
    [400, '{"error": "https://hooks.example/XX"}', 'the receiver answered 400; look whether'],
    [410, '', 'the receiver answered 410; look whether'],
  ])('that was answered %i %j is refused', async (status, body, why) => {
    const { url } = await startReceiver({ status, body });
    expect(await send('ops', `ops=slack ${url}/x`)).toMatchObject({
      state: 'refused',
      why: expect.stringContaining(why),
    });
  });

  it('that is cut off, or goes nowhere, failed, without a word of the address', async () => {
    const { url } = await startReceiver(null);
    const cut = await send('ops', `ops=slack ${url}/secret-path`);
    const gone = await send('ops', 'ops=slack http://127.0.0.1:1/secret-path');
    expect([cut.state, gone.state]).toEqual(['failed', 'failed']);
    expect(gone).toMatchObject({ why: expect.stringMatching(/^no connection \([A-Z_]+\)$/) });
    expect(JSON.stringify([cut, gone])).not.toMatch(/secret-path|127\.0\.0\.1/);
  });

  it('to a receiver that is not in the settings asks for it', async () => {
    await expect(send('leads', 'ops=slack https://hooks.example/XX')).rejects.toMatchObject({
      code: 'bad-setting',
      message:
        'RATCHET_NOTICES must have a receiver leads, which a model file names; it has ops; add it, see docs/notices.md',
    });
  });
});
