/** What no longer comes, from the model file to the inbox, on the virtual clock and over a lost task hub. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../cli/main.ts';
import { advanceTo } from '../../local/clock/advance.ts';
import type { InboxNotice } from '../../local/notices/inbox.ts';
import type { OverviewPage } from '../../shared/domain/overview.ts';
import type { Timeline } from '../../shared/domain/timeline.ts';
import { capturePrinted } from '../unit/cli/printed.ts';
import { loseHub } from '../world/lose-hub.ts';
import { openTickingWorld } from '../world/ticking-world.ts';
import type { World } from '../world/world.ts';

const { out } = capturePrinted();

describe('an absence', () => {
  const day = '2026-03-01T';
  let world: World;

  beforeAll(async () => {
    const sample = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
    const absences =
      'triggers:\n  absences:\n    - { name: reports-stopped, of: accuracy-low, for: PT30M }\n    - { name: no-data, of: data, for: P1D }\n';
    const file = `${sample.replace('triggers:\n', absences)}notices: [{ to: local, about: [question, outcome] }]\n`;
    world = await openTickingWorld(file, `${day}00:00:30Z`);
  });

  afterAll(() => world?.close());

  const passTimeUntil = (time: string) => advanceTo(world.controls(), Date.parse(day + time));
  const report = async (time: string, accuracy = 0.99) => {
    const body = { window: time, observedAt: day + time, sample: 100, metrics: { accuracy } };
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    expect((await world.ask('models/tiny/metrics', init)).status).toBe(202);
  };
  const told = async (): Promise<readonly (readonly [string, string])[]> => {
    const notices = (await (await fetch(`${world.cloud().control}/notices`)).json()) as InboxNotice[];
    return notices.map(({ type, data }) => [type, data.text] as const);
  };
  const decided = async () => (await world.decisions()).filter(({ signal }) => signal.kind !== 'data');
  const overview = async () => ((await world.ask('overview')).body as OverviewPage).models[0]!;
  const listed = async (): Promise<string> => {
    out.length = 0;
    expect(await main(['models', '--url', world.hostUrl])).toBe(0);
    return out.join('\n');
  };
  const what = 'value that rule accuracy-low judges';
  const gone = `No ${what} has come since ${day}00:05:00.000Z; absence reports-stopped allows PT30M.`;

  it('is nothing before the first has come, which the list of models says', async () => {
    await passTimeUntil('00:04:00Z');
    expect(await listed()).toContain(`No ${what} has come yet: nothing is missed before the first has`);
    expect(await told()).toEqual([]);
  });

  it('is told to people once, and requests no run', async () => {
    await report('00:05:00Z');
    await passTimeUntil('00:34:30Z');
    expect(await decided()).toEqual([]);
    expect((await overview()).health.verdict).toBe('fine');
    await passTimeUntil('00:50:00Z');
    expect(await decided()).toMatchObject([
      {
        outcome: 'rejected',
        reason: 'absent',
        sentence: `Rejected: ${gone.replace('No', 'no').replace(/\.$/, '')}. It is told, and requests no run.`,
        signal: { id: `absence:tiny:reports-stopped:${day}00:35:00.000Z`, kind: 'absence' },
      },
    ]);
    expect(await told()).toEqual([['absence.began', gone]]);
    const { state, health } = await overview();
    expect(state).toEqual({ code: 'unhealthy', sentence: gone });
    expect(health.checks.map(({ rule, verdict }) => [rule, verdict])).toEqual([
      ['accuracy-low', 'fine'],
      ['no-data', 'fine'],
      ['reports-stopped', 'breached'],
    ]);
    expect(await listed()).toContain(gone.replace(/\.$/, ''));
    expect(await world.runs()).toEqual([]);
  });

  it('goes on, and is told no second time, where the task hub is lost', async () => {
    // The watchdog would rebuild it before it is looked for: it looks once a year here.
    const env = { RATCHET_SCHEDULE_TICK: '0 * * * * *', RATCHET_WATCHDOG_TICK: '0 0 0 1 1 *' };
    await loseHub(world, env);
    await passTimeUntil('01:00:00Z');
    expect(await told()).toHaveLength(1);
    expect((await overview()).health.verdict).toBe('breached');
  });

  it('is over when something comes, which is told as well', async () => {
    await report('00:59:00Z', 0.5);
    await passTimeUntil('01:10:00Z');
    const back = [`absence.ended`, `The last ${what} is of ${day}00:59:00.000Z.`];
    expect(await told()).toEqual([['absence.began', gone], back]);
    const { body } = await world.ask(`models/tiny/timeline?from=${day}00:00:00Z&until=${day}02:00:00Z`);
    const { checks } = body as Timeline;
    const own = checks.filter(({ rule }) => rule === 'reports-stopped').map(({ verdict }) => verdict);
    expect(own).toEqual(['recovered', 'breached']);
  });
});
