/**
 * The tiny model, released over stages to an endpoint that really answers, under the virtual clock: driven to the end of a
 * release whatever dies meanwhile, and looked at afterwards.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { advanceTo } from '../../local/clock/advance.ts';
import { localCloud } from '../../local/cloud-context.ts';
import { workspaceClient } from '../../local/launch/workspace-client.ts';
import type {
  Drift,
  Observed,
  ReleaseRow,
  SettledVersion,
  Split,
} from '../../shared/domain/release-state.ts';
import { makeEndpoint, openCustomer, stagedModel, trafficOf } from '../world/endpoint.ts';
import { openWorld, throughOutages, type World } from '../world/world.ts';

const check = '{ check: errors, metric: error_rate, atMost: 0.2 }';
const stagesBy = (approval: string) =>
  `
- { stage: approval, kind: approval, ${approval} }
- { stage: canary, kind: canary, steps: [50], for: PT10M, minimumRequests: 25, onInconclusive: { hold: PT30M }, checks: [${check}] }
- { stage: production, kind: production, keepOld: PT10M, checks: [${check}] }
- { stage: announce, channel: service-bus }
`.trim();

export const finalStates: readonly string[] = [
  'settled',
  'rolled-back',
  'rejected',
  'superseded',
  'drilled',
  'failed',
];
const limitMs = 300_000;

interface Serving {
  readonly desired: Split | null;
  readonly observed: Observed | null;
  readonly drift: Drift | null;
  readonly settled: readonly SettledVersion[];
  readonly release: { readonly releaseId: string } | null;
  readonly waiting: readonly string[];
}

export interface StagedOptions {
  /** Versions that fail at requests whose `kind` is odd, such as `3,5`. */
  readonly breaks?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** YAML, a list; omitted: an approval, a canary, production and a notice. */
  readonly stages?: string;
  /** Of the stage that waits for approval. */
  readonly approval?: string;
  /** YAML of a stage before all others. */
  readonly first?: string;
  /** Further model files, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Who is killed while time passes, asked each time it does. */
  readonly fate?: () => Fate | null;
}

interface Fate {
  readonly who: 'host' | 'cloud';
  /** Of real time, after time has begun to pass. */
  readonly afterMs: number;
}

export type Staged = Awaited<ReturnType<typeof openStaged>>;

export async function openStaged({
  breaks = '',
  env = {},
  approval = 'need: 1',
  first = '',
  files = {},
  stages = `${first}\n${stagesBy(approval)}`.trim(),
  fate = () => null,
}: StagedOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-staged-'));
  writeFileSync(join(folder, 'tiny.yaml'), stagedModel({ stages, breaks: breaks && `${breaks}:odd` }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  let nowMs = Date.parse('2026-03-02T00:00:00Z');
  const clockStart = new Date(nowMs).toISOString();
  const world = await openWorld({ modelsFolder: folder, clock: 'virtual', clockStart, env });
  const reviver = openReviver(world);

  /** Lets time pass, and starts again what dies meanwhile. */
  const pass = async (minutes: number): Promise<void> => {
    nowMs += minutes * 60_000;
    const victim = fate();
    const timer = victim && setTimeout(() => reviver.kill(victim.who), victim.afterMs);
    for (;;) {
      try {
        await advanceTo(world.controls(), nowMs, limitMs);
        if (!reviver.isKilled()) break;
        await reviver.revive();
      } catch (error) {
        if (!(await reviver.revive())) throw error;
      }
    }
    if (timer) clearTimeout(timer);
  };
  const read = async <T>(path: string): Promise<T> => {
    const { status, body } = await world.ask(path);
    expect(status, path).toBe(200);
    return body as T;
  };
  const latest = async (): Promise<ReleaseRow | null> => {
    const { releases } = await read<{ releases: ReleaseRow[] }>('releases?model=tiny');
    const first = releases[0];
    return first ? (await read<{ release: ReleaseRow }>(`releases/${first.releaseId}`)).release : null;
  };
  const serving = () => read<Serving>('models/tiny/serving');
  /** After so long, of real time. Answers what it is answered, once time has passed; null: whoever was to answer died. */
  const post = async (action: string, more: object, as: string | null, afterMs = 0) => {
    await sleep(afterMs);
    const body = JSON.stringify({ action, reason: 'the test says so', ...more });
    const headers = { 'content-type': 'application/json' };
    return world.ask('models/tiny/operations', { method: 'POST', headers, body, as }).catch(() => null);
  };
  const order = async (action: string, more: object, as: string | null) => {
    const asked = post(action, more, as);
    await pass(1);
    return asked;
  };
  const approve = async () => {
    const row = await latest();
    if (row?.state !== 'waiting-for-approval') return;
    const { releaseId, binding } = row;
    await order('approve-release', { releaseId, binding }, 'bob');
  };
  await makeEndpoint(world, 'tiny', () => pass(1));
  const send = await openCustomer(world);

  return {
    ...{ world, pass, latest, serving, post, order, approve, send, reviver },
    traffic: () => trafficOf(workspaceClient(world.cloud())),
    deployments: () => deploymentsOf(world),
    minutes: () => nowMs / 60_000,
    /** Requests a run; answers once it is accepted. */
    async request(key: string): Promise<void> {
      await world.uploadData();
      await world.requestRun(key);
    },
    /** Customers go on, people approve, and time passes, until the release that came after `count` others is over. */
    async drive(count: number, { kind = 'plain', minutes = 180, each, passed }: Drive = {}) {
      for (let minute = 0; minute < minutes; minute += 2) {
        await send(30, kind).catch(() => reviver.revive());
        await pass(2);
        await passed?.();
        const releases = await read<{ releases: ReleaseRow[] }>('releases?model=tiny&limit=200');
        const row = releases.releases.length > count ? await latest() : null;
        if (row && finalStates.includes(row.state)) return row;
        if (row) await each?.(row);
        await approve();
      }
      throw new Error(`the release was not over after ${minutes} minutes: ${JSON.stringify(await latest())}`);
    },
    async close(): Promise<void> {
      await world.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Drive {
  readonly kind?: string;
  readonly minutes?: number;
  /** Happens with what the release is at every look that finds it under way. */
  readonly each?: (row: ReleaseRow) => Promise<unknown>;
  /** Happens before every look. */
  readonly passed?: () => Promise<unknown>;
}

/** Knows which processes are to die, waits until they have, and starts them again. */
function openReviver(world: World) {
  const dying = new Map<'host' | 'cloud', Promise<unknown>>();
  /** It may die before it is ready. */
  const startHost = (point?: string): Promise<void> =>
    point === undefined
      ? world.startHost()
      : world.startHost({ RATCHET_CRASH_AT: point }).catch(() => undefined);
  let isKilled = false;
  let beforeStart: (() => Promise<unknown>) | undefined;
  let deaths = 0;
  let coming: readonly string[] = [];
  return {
    deaths: () => deaths,
    /** The host dies at its next pass of this point, and, started again, at each of the others. */
    async hostAt(point: string, ...others: readonly string[]): Promise<void> {
      coming = others;
      await world.crashHostAt(point);
      dying.set('host', world.hostExited());
    },
    /** The cloud dies at its next pass of this point. */
    async cloudAt(point: string): Promise<void> {
      await world.crashCloudAt(point);
      dying.set('cloud', world.cloudExited());
    },
    /** Happens once, before what has died is started again. */
    afterDeath(happens: () => Promise<unknown>): void {
      beforeStart = happens;
    },
    isKilled: () => isKilled,
    kill(victim: 'host' | 'cloud'): void {
      isKilled = true;
      dying.set(victim, victim === 'host' ? world.killHost() : world.killCloud());
    },
    /** Whether anything was started again. */
    async revive(): Promise<boolean> {
      const [first] = dying;
      if (!first) return false;
      const [victim, exited] = first;
      expect(await exited).toMatchObject({ signal: 'SIGKILL' });
      dying.delete(victim);
      isKilled = false;
      deaths++;
      await beforeStart?.();
      beforeStart = undefined;
      const [next, ...others] = victim === 'host' ? coming : [];
      await (victim === 'host' ? startHost(next) : world.startCloud());
      if (next === undefined) return true;
      coming = others;
      dying.set('host', world.hostExited());
      return true;
    },
  };
}

/** The endpoint's deployments, and the versions that they serve. */
async function deploymentsOf(world: World): Promise<Readonly<Record<string, string>>> {
  const { resourceGroup, workspace } = localCloud;
  const found: Record<string, string> = {};
  const client = workspaceClient(world.cloud());
  for await (const { name, properties } of client.onlineDeployments.list(resourceGroup, workspace, 'tiny'))
    found[name ?? ''] = /versions\/([^/]+)$/.exec(properties.model ?? '')?.[1] ?? '';
  return found;
}

/** Exactly one version serves, and everybody who knows says so: endpoint, its customers, target, model and ledger. */
export async function expectServes(staged: Staged, version: string): Promise<void> {
  const { world } = staged;
  const deployment = `version-${version}`;
  const traffic = { [deployment]: 100 };
  expect(await staged.traffic()).toEqual(traffic);
  expect(await staged.deployments()).toEqual({ [deployment]: version });
  expect(await throughOutages(() => staged.send(3))).toEqual(
    Array.from({ length: 3 }, () => ({ status: 200, version })),
  );
  const serving = await staged.serving();
  expect(serving).toMatchObject({ desired: { traffic }, observed: { traffic }, release: null, waiting: [] });
  expect(serving.settled.at(-1)).toMatchObject({ deployment, model: { version } });
  const { body } = await world.ask('models');
  const { models } = body as { models: { model: string; champion: { version: string } | null }[] };
  const tiny = models.filter(({ model }) => model === 'tiny');
  expect(tiny.map(({ champion }) => champion?.version)).toEqual([version]);
  const releases = await releasesOf(world);
  for (const row of releases) expect(finalStates, row.releaseId).toContain(row.state);
  const champions = releases.filter(({ isChampion }) => isChampion);
  expect(champions[0]?.model.version).toBe(version);
}

export async function releasesOf(world: World): Promise<readonly ReleaseRow[]> {
  const { body } = await world.ask('releases?model=tiny&limit=200');
  return (body as { releases: ReleaseRow[] }).releases;
}

/** Every release that went through all stages told of itself once, and no other told anything. */
export async function expectToldOnce(world: World): Promise<void> {
  const settled = (await releasesOf(world)).filter(({ state }) => state === 'settled');
  const ids = settled.map(({ runId }) => `${runId}-announce`);
  expect([...(await world.releaseIds())].sort()).toEqual(ids.sort());
}
