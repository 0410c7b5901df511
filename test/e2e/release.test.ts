/** Releases over stages, on an endpoint that really answers, under the virtual clock. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advanceTo } from '../../local/clock/advance.ts';
import { workspaceClient } from '../../local/launch/workspace-client.ts';
import type { NoticeRow } from '../../shared/domain/notice.ts';
import type { ReleaseRow } from '../../shared/domain/release-state.ts';
import { findSlackProblems, openReceiver } from '../contract/notices/receivers.ts';
import { giveOut, makeEndpoint, openCustomer, stagedModel, trafficOf } from '../world/endpoint.ts';
import { openWorld, type World } from '../world/world.ts';

const stages = `
- { stage: approval, kind: approval, need: 2 }
- stage: canary
  kind: canary
  steps: [20, 50]
  for: PT30M
  minimumRequests: 25
  checks:
    - { check: errors, metric: error_rate, atMost: 0.2 }
- stage: production
  kind: production
  keepOld: PT1H
  checks:
    - { check: errors, metric: error_rate, atMost: 0.2 }
- { stage: announce, channel: service-bus }
`.trim();

describe('a release over stages', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-release-'));
  let nowMs = Date.parse('2026-03-02T00:00:00Z');
  let world: World;
  let leads: Awaited<ReturnType<typeof openReceiver>>;
  let send: Awaited<ReturnType<typeof openCustomer>>;

  const pass = async (minutes: number): Promise<void> => {
    nowMs += minutes * 60_000;
    await advanceTo(world.controls(), nowMs, 300_000);
  };
  const traffic = () => trafficOf(workspaceClient(world.cloud()));
  const releases = async (): Promise<readonly ReleaseRow[]> => {
    const { body } = await world.ask('releases?model=tiny');
    return (body as { releases: ReleaseRow[] }).releases;
  };
  const latest = async (): Promise<ReleaseRow> => {
    const { releaseId } = (await releases())[0]!;
    const { body } = await world.ask(`releases/${releaseId}`);
    return (body as { release: ReleaseRow }).release;
  };
  const order = async (action: string, more: object, as: string) => {
    const asked = world.ask('models/tiny/operations', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ action, reason: 'the test says so', ...more }),
      as,
    });
    await pass(1);
    const { status, body } = await asked;
    return {
      status,
      sentence: (body as { operation?: { sentence: string } }).operation?.sentence ?? JSON.stringify(body),
    };
  };
  const approve = async (as: string) => {
    const { releaseId, binding } = await latest();
    return order('approve-release', { releaseId, binding }, as);
  };
  const run = async (key: string): Promise<void> => {
    await world.uploadData();
    await world.requestRun(key);
    await pass(15);
  };
  /** Customers go on, and time passes. */
  const serve = async (minutes: number, kind = 'plain') => {
    const answers = [];
    for (let passed = 0; passed < minutes; passed += 5) {
      answers.push(...(await send(60, kind)));
      await pass(5);
    }
    return answers;
  };

  beforeAll(async () => {
    const told = 'notices: [{ to: leads }, { to: gone, about: [approval] }]\n';
    writeFileSync(join(folder, 'tiny.yaml'), `${stagedModel({ stages, breaks: '3:odd' })}${told}`);
    leads = await openReceiver(
      { status: 503, headers: { 'retry-after': '90' } },
      { status: 200, body: 'ok' },
    );
    world = await openWorld({
      env: { RATCHET_NOTICES: `leads=slack ${leads.url}/T0;gone=slack ${leads.url.replace(/\d+$/, '1')}/T1` },
      modelsFolder: folder,
      clock: 'virtual',
      clockStart: new Date(nowMs).toISOString(),
    });
    await makeEndpoint(world, 'tiny', () => pass(1));
    send = await openCustomer(world);
  });

  afterAll(async () => {
    await world?.close();
    leads?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('brings the first version to the people it serves once two others have approved it', async () => {
    await run('first');
    expect((await world.runs())[0]).toMatchObject({ outcome: 'candidate', registeredVersion: '1' });
    expect(await latest()).toMatchObject({ state: 'waiting-for-approval', stage: 'approval' });
    expect(await traffic()).toEqual({});
    expect(await approve('jane')).toMatchObject({
      status: 409,
      sentence: 'jane requested the run, and cannot approve its release: somebody else must.',
    });
    expect(await approve('bob')).toMatchObject({ status: 200, sentence: 'Approved by bob; 1 more must.' });
    expect(await approve('bob')).toMatchObject({ status: 409 });
    expect(await approve('eve')).toMatchObject({ status: 200 });
    await pass(10);
    expect(await traffic()).toEqual({ 'version-1': 100 });
    expect(await latest()).toMatchObject({ state: 'serving', model: { version: '1' } });
    expect(await send(2)).toEqual([
      { status: 200, version: '1' },
      { status: 200, version: '1' },
    ]);
    await pass(90);
    expect(await latest()).toMatchObject({ state: 'settled' });
    const { body } = await world.ask('models/tiny/serving');
    expect(body).toMatchObject({
      desired: { traffic: { 'version-1': 100 } },
      settled: [{ deployment: 'version-1' }],
      release: null,
    });
  });

  it('has told people what it asked of them, though one was away and another is not there', async () => {
    const { releaseId } = await latest();
    const { body } = await world.ask(`releases/${releaseId}`);
    const { notices } = body as { notices: readonly NoticeRow[] };
    const toldTo = (to: string) => notices.filter((notice) => notice.to === to);
    expect(toldTo('leads').map(({ kind, state, tries }) => [kind, state, tries])).toEqual([
      ['release.settled', 'delivered', 1],
      ['approval.waits', 'delivered', 2],
    ]);
    expect(toldTo('gone')).toMatchObject([{ kind: 'approval.waits', state: 'tried-again' }]);
    expect(toldTo('gone')[0]!.why).toMatch(/^no connection \(\w+\)$/);
    const bodies = leads.received.map((each) => each.body);
    expect(bodies.flatMap(findSlackProblems)).toEqual([]);
    const texts = bodies.map((each) => (JSON.parse(each) as { text: string }).text);
    expect(texts).toEqual([
      'Approval wanted: version 1 of tiny, stage approval',
      'Approval wanted: version 1 of tiny, stage approval',
      'Settled: version 1 of tiny',
    ]);
  });

  it('takes the next one up step by step, and no step without enough requests that went well', async () => {
    await run('second');
    await approve('bob');
    await approve('eve');
    await pass(5);
    expect(await traffic()).toEqual({ 'version-1': 80, 'version-2': 20 });
    // Nobody sends anything: the checks cannot say, and nothing moves.
    await pass(40);
    expect(await latest()).toMatchObject({
      state: 'canary',
      step: 20,
      lastLook: { verdict: 'inconclusive' },
    });
    await serve(30);
    expect(await latest()).toMatchObject({ state: 'canary', step: 50 });
    const answers = await serve(45);
    expect(new Set(answers.map(({ version }) => version))).toEqual(new Set(['1', '2']));
    expect(await latest()).toMatchObject({ state: 'serving' });
    await serve(90);
    expect(await latest()).toMatchObject({ state: 'settled', model: { version: '2' } });
    expect(await traffic()).toEqual({ 'version-2': 100 });
  });

  it('rolls one back that passed its gates and fails at what people send', async () => {
    await run('third');
    await approve('bob');
    await approve('eve');
    await pass(5);
    expect(await traffic()).toEqual({ 'version-2': 80, 'version-3': 20 });
    const answers = await serve(15, 'odd');
    expect(answers.some(({ status }) => status !== 200)).toBe(true);
    await pass(10);
    expect(await latest()).toMatchObject({ state: 'rolled-back', model: { version: '3' } });
    expect((await latest()).sentence).toContain('Version 2 answers again.');
    expect(await traffic()).toEqual({ 'version-2': 100 });
    expect((await send(20, 'odd')).every(({ status, version }) => status === 200 && version === '2')).toBe(
      true,
    );
  });

  it('answers whoever asks whether a version may be used', async () => {
    const usable = async (version: string, query = '') =>
      (await world.ask(`models/tiny/versions/${version}/usable${query}`)).body;
    expect(await usable('2')).toMatchObject({ usable: 'yes', release: { state: 'settled' } });
    expect(await usable('3')).toMatchObject({ usable: 'no', release: { state: 'rolled-back' } });
    expect(await usable('99')).toMatchObject({ usable: 'no', release: null });
    expect(await usable('2', '?stage=nowhere')).toMatchObject({ status: 400 });
  });

  it('stops where somebody else changes the endpoint, and asks', async () => {
    await run('fourth');
    await approve('bob');
    await approve('eve');
    await pass(5);
    await giveOut(world, { 'version-2': 40, 'version-4': 60 }, { pass: () => pass(1) });
    await pass(10);
    expect(await latest()).toMatchObject({ state: 'asking', asks: 'drifted' });
    const { releaseId } = await latest();
    expect(await order('abort-release', { releaseId }, 'bob')).toMatchObject({ status: 200 });
    await pass(10);
    expect(await latest()).toMatchObject({ state: 'rolled-back' });
    expect(await traffic()).toEqual({ 'version-2': 100 });
  });

  it('goes back by hand to an earlier version, whose deployment is made anew', async () => {
    expect(await order('roll-back', {}, 'bob')).toMatchObject({ status: 200 });
    await pass(15);
    expect(await traffic()).toEqual({ 'version-1': 100 });
    await pass(90);
    expect(await latest()).toMatchObject({ state: 'settled', model: { version: '1' } });
    const { body } = await world.ask('models');
    expect((body as { models: { champion: unknown }[] }).models[0]).toMatchObject({
      champion: { version: '1' },
    });
  });

  it('lets nobody approve what they have asked for, even if theirs joined a run that was under way', async () => {
    await world.uploadData();
    await world.requestRun('fifth');
    const { status } = await world.ask('models/tiny/signals', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ reason: 'bob wants it, too' }),
      as: 'bob',
    });
    expect(status).toBe(202);
    await pass(15);
    const joined = (await world.decisions()).filter(({ outcome }) => outcome === 'coalesced');
    expect(joined).toHaveLength(1);
    expect(await approve('bob')).toMatchObject({
      status: 409,
      sentence: 'bob requested the run, and cannot approve its release: somebody else must.',
    });
    expect(await approve('eve')).toMatchObject({ status: 200 });
  });

  it('tells whoever asks for a run which release has the endpoint, and has the next version wait for it', async () => {
    const { releaseId } = await latest();
    await run('sixth');
    const [decision] = (await world.decisions()).filter(({ signal }) => signal.id.endsWith(':sixth'));
    expect(decision).toMatchObject({
      outcome: 'admitted',
      sentence: expect.stringContaining(
        ` Endpoint tiny is held by release ${releaseId} of version 5, waiting-for-approval: what this run makes waits for it.`,
      ),
    });
    expect(await latest()).toMatchObject({ state: 'queued', model: { version: '6' } });
  });
});
