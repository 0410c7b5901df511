/** Looking for what no longer comes, over a real ledger: what is read, offered, told and written down. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signalInstanceId } from '../../../shared/dispatch/offer-signal.ts';
import type { CheckRow } from '../../../shared/domain/check.ts';
import type { ScheduleScan } from '../../../shared/signals/due-schedules.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { type Asked, missing, openTaskHub, type TaskHub } from '../../fixtures/task-hub.ts';
import { startServices, temporaryFolder } from './local-services.ts';
import { loadSteps, type RunStep } from './run-steps.ts';

const day = '2026-03-01T';
let hub: TaskHub;
let step: RunStep;
let settings: Readonly<Record<string, string>>;
/** What the task hub has of the entity; null: nothing. */
let entity: object | null = null;
const asked: Asked[] = [];

beforeAll(async () => {
  const home = temporaryFolder();
  const services = await startServices(home);
  const models = join(home, 'models');
  mkdirSync(models);
  const sample = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
  const absences = 'triggers:\n  absences: [{ name: gone, of: accuracy-low, for: PT1H }]\n';
  const file = `${sample.replace('triggers:\n', absences)}notices: [{ to: local }]\n`;
  writeFileSync(join(models, 'tiny.yaml'), file);
  hub = await openTaskHub((one) => {
    asked.push(one);
    if (one.method !== 'GET') return [202, { id: 'started' }];
    return entity !== null && one.path.includes('/entities/') ? [200, entity] : missing;
  });
  settings = { ...services.settings, RATCHET_MODELS_DIR: models };
  step = await loadSteps(settings, hub.context);
});
afterAll(() => hub.close());
beforeEach(() => {
  asked.length = 0;
});

const look = (now: string, previous: ScheduleScan | null = null) =>
  step('offer-due-signals', { previous, now: day + now });
const started = () =>
  asked.flatMap(({ method, path }) => (method === 'POST' ? [path.split('/').slice(3).join(' ')] : []));
const reads = () => asked.filter(({ path }) => path.includes('/entities/')).length;
const notice = () =>
  (asked.find(({ path }) => path.includes('tell-people'))?.body as { notice: object } | undefined)?.notice;
const ledger = () => createWiring(settings).ledger();
const check: CheckRow = {
  ...{
    rule: 'accuracy-low',
    kind: 'metric',
    model: 'tiny',
    at: `${day}00:10:00.000Z`,
    source: 'metrics-api',
  },
  ...{ metric: 'accuracy', value: 0.99, limit: null, sample: 9, minimumSample: 1, window: 'w' },
  ...{ verdict: 'fine', sentence: 'It is good.', signalId: null },
};

describe('looking for absences', () => {
  it('finds nothing, and looks again in an hour, where nothing has come yet', async () => {
    const { quiet } = await look('00:00:00.000Z');
    expect(Object.values(quiet!)).toEqual([`${day}01:00:00.000Z`]);
    expect(started()).toEqual([]);
  });

  it('reads what came from the ledger where there is no state, and nothing while it cannot be due', async () => {
    await (await ledger()).checks.record('tiny', [check], 86_400_000_000);
    const { known, quiet } = await look('00:20:00.000Z');
    expect(Object.values(quiet!)).toEqual([`${day}01:10:00.000Z`]);
    asked.length = 0;
    const previous = { lookedAt: `${day}00:20:00.000Z`, known, quiet: quiet! };
    expect((await look('01:09:59.000Z', previous)).quiet).toEqual(quiet);
    expect(reads()).toBe(0);
    // A clock that was ahead left more than can be.
    const ahead = { ...previous, quiet: { [Object.keys(quiet!)[0]!]: '2030-01-01T00:00:00.000Z' } };
    await look('00:21:00.000Z', ahead);
    expect(reads()).toBe(1);
  });

  it('offers its signal, tells people and writes it down, and says nothing more while it lasts', async () => {
    const id = `absence:tiny:gone:${day}01:10:00.000Z`;
    expect(await look('01:10:00.000Z')).not.toHaveProperty('quiet');
    expect(started()).toEqual([
      expect.stringMatching(/^tell-people notice-/),
      `admit-signal ${signalInstanceId(id)}`,
    ]);
    expect(notice()).toMatchObject({
      ...{ kind: 'absence.began', subject: 'absence:tiny:gone', runId: '' },
      ...{ title: 'Nothing comes any more: gone of tiny', commands: [`ratchet explain ${id}`] },
    });
    asked.length = 0;
    // The state is made from the ledger again: what was written down says that it goes on.
    await look('01:11:00.000Z');
    expect(started()).toEqual([]);
    const { items } = await (await ledger()).checks.list({ model: 'tiny', limit: 9 });
    expect(items.map(({ rule, verdict }) => `${rule} ${verdict}`)).toEqual([
      ...['gone breached', 'gone fine', 'gone fine', 'accuracy-low fine'],
    ]);
  });

  it('offers its recovery and tells people once the state has something later', async () => {
    entity = {
      ...{ live: null, pending: null, lastRun: null, champion: null, answered: [] },
      came: { 'metric:accuracy-low': `${day}02:00:00.000Z` },
      watched: { 'absence:gone': [{ at: `${day}01:10:00.000Z`, bad: true }] },
    };
    await look('02:01:00.000Z');
    expect(started()).toEqual([
      expect.stringMatching(/^tell-people notice-/),
      expect.stringMatching(/^take-recovery recovery-/),
    ]);
    expect(notice()).toMatchObject({
      ...{ kind: 'absence.ended', title: 'It comes again: gone of tiny', commands: [] },
    });
    const { items } = await (await ledger()).checks.list({ model: 'tiny', limit: 1 });
    expect(items).toMatchObject([{ rule: 'gone', verdict: 'recovered' }]);
  });
});
