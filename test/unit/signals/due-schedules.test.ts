import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseModelFile } from '../../../shared/config/load.ts';
import { formatProblem } from '../../../shared/config/problem.ts';
import type { ModelConfig } from '../../../shared/config/schema.ts';
import { type ModelState, newModelState } from '../../../shared/domain/model-state.ts';
import {
  asksByTime,
  findDueAdvice,
  findDueQueries,
  findDueSchedules,
  findOldChampion,
  listKeys,
  type ScheduleScan,
} from '../../../shared/signals/due-schedules.ts';

const sample = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');

const parse = (triggers: string) =>
  parseModelFile('m.yaml', sample.replace(/\ntriggers:\n(?: {2}.*\n)+/, `\ntriggers:\n${triggers}\n`));

function configOf(triggers: string): ModelConfig {
  const parsed = parse(triggers);
  if (!('model' in parsed)) throw new Error(JSON.stringify(parsed.problems));
  return parsed.model.config;
}

const schedule = (cron: string, timeZone = 'UTC') =>
  configOf(`  schedules: [{ name: s, cron: '${cron}', timeZone: ${timeZone} }]`);

const advised = ((config: ModelConfig): ModelConfig => ({
  ...config,
  policy: { ...config.policy, advice: 'signal' },
}))(configOf('  registry: true'));

const query = "{ name: s, query: Scores, cron: '0 * * * *', below: 1 }";

const lookOf = (config: ModelConfig, lookedAt: string): ScheduleScan => ({
  lookedAt,
  known: listKeys(config),
});

/** The ticks a schedule asks for between two looks. */
const ticks = (config: ModelConfig, lastLookAt: string, now: string) =>
  findDueSchedules(config, lookOf(config, lastLookAt), now).map(({ evidence }) => evidence['tick']);

/** The ticks it asks for when somebody looks every ten minutes. */
function ticksLookingOften(config: ModelConfig, from: string, to: string): string[] {
  const found: string[] = [];
  for (let ms = Date.parse(from); ms < Date.parse(to); ms += 600_000) {
    const [last, now] = [ms, ms + 600_000].map((at) => new Date(at).toISOString());
    found.push(...ticks(config, last!, now!).map(String));
  }
  return found;
}

describe('findDueSchedules', () => {
  it('names the tick in the id, so that a repeated look asks once', () => {
    const config = schedule('0 6 * * 1');
    const previous = lookOf(config, '2026-03-02T05:59:00Z');
    const looks = ['2026-03-02T06:00:00.000Z', '2026-03-02T06:00:31Z'].map((now) =>
      findDueSchedules(config, previous, now),
    );
    expect(looks[0]).toEqual([
      {
        id: 'schedule:tiny:s:2026-03-02T06:00:00.000Z',
        model: 'tiny',
        kind: 'schedule',
        observedAt: '2026-03-02T06:00:00.000Z',
        source: 'schedule',
        summary: 'Schedule s (0 6 * * 1, UTC) was due at 2026-03-02T06:00:00.000Z.',
        evidence: { schedule: 's', cron: '0 6 * * 1', timeZone: 'UTC', tick: '2026-03-02T06:00:00.000Z' },
      },
    ]);
    expect(looks[1]).toEqual(looks[0]);
  });

  it('asks for nothing before the tick, nor again at the next look', () => {
    const config = schedule('0 6 * * *');
    expect(ticks(config, '2026-03-02T05:58:00Z', '2026-03-02T05:59:59.999Z')).toEqual([]);
    expect(ticks(config, '2026-03-02T06:00:00Z', '2026-03-02T06:01:00Z')).toEqual([]);
  });

  it('asks once, for the latest tick, after a long time without a look', () => {
    expect(ticks(schedule('0 6 * * *'), '2026-03-02T06:00:00Z', '2026-06-02T12:00:00Z')).toEqual([
      '2026-06-02T06:00:00.000Z',
    ]);
    expect(ticks(schedule('* * * * *'), '2024-01-01T00:00:00Z', '2026-06-02T12:00:30Z')).toEqual([
      '2026-06-02T12:00:00.000Z',
    ]);
  });

  it('asks for no tick of before a schedule was known, or had another pattern', () => {
    const config = schedule('0 6 * * *');
    const now = '2026-03-02T07:00:00Z';
    expect(findDueSchedules(config, null, now)).toEqual([]);
    const other = lookOf(schedule('0 6 * * *', 'Europe/Berlin'), '2026-02-01T00:00:00Z');
    expect(findDueSchedules(config, other, now)).toEqual([]);
  });

  it('asks for each schedule of a model on its own', () => {
    const config = configOf(
      "  schedules: [{ name: a, cron: '0 6 * * *' }, { name: b, cron: '0 */6 * * *' }, { name: c, cron: '0 7 * * *' }]",
    );
    expect(
      findDueSchedules(config, lookOf(config, '2026-03-02T05:00:00Z'), '2026-03-02T06:00:00Z').map(
        ({ id }) => id,
      ),
    ).toEqual(['schedule:tiny:a:2026-03-02T06:00:00.000Z', 'schedule:tiny:b:2026-03-02T06:00:00.000Z']);
  });

  it.each([
    // Clocks go from 02:00 to 03:00 on 29 March, and from 03:00 back to 02:00 on 25 October.
    ['30 2 * * *', '2026-03-28T12:00:00Z', ['2026-03-29T01:00:00.000Z']],
    ['30 2,14 * * *', '2026-03-28T18:00:00Z', ['2026-03-29T01:00:00.000Z', '2026-03-29T12:30:00.000Z']],
    ['30 2 * * *', '2026-10-24T12:00:00Z', ['2026-10-25T00:30:00.000Z']],
    ['30 2,14 * * *', '2026-10-24T18:00:00Z', ['2026-10-25T00:30:00.000Z', '2026-10-25T13:30:00.000Z']],
  ])('ticks once a day at %s where clocks change (from %s)', (cron, from, expected) => {
    const to = new Date(Date.parse(from) + 86_400_000).toISOString();
    expect(ticksLookingOften(schedule(cron, 'Europe/Berlin'), from, to)).toEqual(expected);
  });

  it('goes by real time with a wildcard: it skips the hour that is left out and ticks in both repeated ones', () => {
    const config = schedule('30 * * * *', 'Europe/Berlin');
    expect(ticksLookingOften(config, '2026-03-29T00:00:00Z', '2026-03-29T02:00:00Z')).toHaveLength(2);
    expect(ticksLookingOften(config, '2026-10-25T00:00:00Z', '2026-10-25T02:00:00Z')).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T01:30:00.000Z',
    ]);
    expect(
      ticksLookingOften(
        schedule('30 2-2/1 * * *', 'Europe/Berlin'),
        '2026-03-29T00:00:00Z',
        '2026-03-29T03:00:00Z',
      ),
    ).toEqual([]);
  });

  it('asks for the same ticks however the looks fall, except that it leaves out all but the latest', () => {
    const config = schedule('17 */3 * * *', 'America/New_York');
    const start = Date.parse('2026-03-07T00:00:00Z');
    const minutes = fc.uniqueArray(fc.integer({ min: 1, max: 3 * 1440 }), { minLength: 1, maxLength: 60 });
    const all = ticksLookingOften(config, '2026-03-07T00:00:00Z', '2026-03-10T00:00:00Z');
    fc.assert(
      fc.property(minutes, (offsets) => {
        let last = start;
        for (const nowMs of offsets.sort((a, b) => a - b).map((offset) => start + offset * 60_000)) {
          const between = all.filter((tick) => Date.parse(tick) > last && Date.parse(tick) <= nowMs);
          const [from, to] = [last, nowMs].map((ms) => new Date(ms).toISOString());
          expect(ticks(config, from!, to!)).toEqual(between.slice(-1));
          last = nowMs;
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('findOldChampion', () => {
  const config = configOf('  championAge: P30D');
  const champion = { name: 'tiny', version: '7', modelUri: 'azureml://7' };
  const released: ModelState = { ...newModelState, champion, championSince: '2026-01-01T00:00:00.000Z' };
  const looked = (at: string) => lookOf(config, at);

  it('asks when the champion reaches the age, and whenever as much time has passed again', () => {
    expect(
      findOldChampion(config, released, looked('2026-01-30T00:00:00Z'), '2026-01-30T23:59:59Z'),
    ).toBeNull();
    expect(findOldChampion(config, released, looked('2026-01-30T23:59:00Z'), '2026-01-31T00:00:00Z')).toEqual(
      {
        id: 'champion-age:tiny:2026-01-31T00:00:00.000Z',
        model: 'tiny',
        kind: 'schedule',
        observedAt: '2026-01-31T00:00:00.000Z',
        source: 'schedule',
        summary:
          'Champion 7 was released at 2026-01-01T00:00:00.000Z; the model file allows it an age of P30D.',
        evidence: {
          champion: '7',
          releasedAt: '2026-01-01T00:00:00.000Z',
          championAge: 'P30D',
          tick: '2026-01-31T00:00:00.000Z',
        },
      },
    );
    expect(
      findOldChampion(config, released, looked('2026-01-31T00:00:00Z'), '2026-03-01T23:59:00Z'),
    ).toBeNull();
    expect(
      findOldChampion(config, released, looked('2026-03-01T23:59:00Z'), '2026-03-02T00:00:00Z')?.id,
    ).toBe('champion-age:tiny:2026-03-02T00:00:00.000Z');
  });

  it('asks once after a long time without a look, and at once where nobody looked before', () => {
    const id = 'champion-age:tiny:2026-05-31T00:00:00.000Z';
    for (const previous of [
      null,
      looked('2026-01-15T00:00:00Z'),
      { lookedAt: '2026-06-01T00:00:00Z', known: [] },
    ]) {
      expect(findOldChampion(config, released, previous, '2026-06-02T00:00:00Z')?.id).toBe(id);
    }
  });

  it('takes the last run for the release in states that do not know it', () => {
    const lastRun = { runId: 'r', outcome: 'released', endedAt: '2026-01-01T00:00:00.000Z' } as const;
    const old: ModelState = { ...newModelState, champion, lastRun };
    expect(findOldChampion(config, old, null, '2026-02-05T00:00:00Z')?.evidence['releasedAt']).toBe(
      lastRun.endedAt,
    );
    const unknown: ModelState = { ...old, lastRun: { ...lastRun, outcome: 'gate-failed' } };
    expect(findOldChampion(config, unknown, null, '2026-02-05T00:00:00Z')).toBeNull();
  });

  it('asks for nothing without a champion, without a state, or where the model file sets no age', () => {
    const now = '2026-06-02T00:00:00Z';
    expect(findOldChampion(config, { ...released, champion: null }, null, now)).toBeNull();
    expect(findOldChampion(config, null, null, now)).toBeNull();
    expect(findOldChampion(configOf('  registry: true'), released, null, now)).toBeNull();
    expect(findOldChampion(config, released, null, '2025-01-01T00:00:00Z')).toBeNull();
  });
});

describe('the model file', () => {
  const problems = (triggers: string) => {
    const parsed = parse(triggers);
    return 'problems' in parsed ? parsed.problems.map(formatProblem) : [];
  };

  it('says whether anything asks by time', () => {
    expect(asksByTime(schedule('0 6 * * *'))).toBe(true);
    expect(asksByTime(configOf('  championAge: P30D'))).toBe(true);
    expect(asksByTime(configOf(`  queries: [${query}]`))).toBe(true);
    expect(asksByTime(configOf('  registry: true'))).toBe(false);
    expect(asksByTime(advised)).toBe(true);
  });

  it('has advice asked for once a day, where it is a signal', () => {
    const due = (from: string, now: string) => findDueAdvice(advised, lookOf(advised, from), now);
    expect(due('2026-03-01T05:59:00Z', '2026-03-01T05:59:59Z')).toBeNull();
    expect(due('2026-03-01T05:59:00Z', '2026-03-01T06:00:00Z')).toBe('2026-03-01T06:00:00.000Z');
    expect(due('2026-03-01T06:00:00Z', '2026-03-02T05:59:00Z')).toBeNull();
    // After three days of downtime once, for the latest tick.
    expect(due('2026-03-01T05:59:00Z', '2026-03-04T07:00:00Z')).toBe('2026-03-04T06:00:00.000Z');
    // A file that has just begun to ask begins now.
    expect(findDueAdvice(advised, null, '2026-03-01T06:00:00Z')).toBeNull();
    const shown = configOf('  registry: true');
    expect(findDueAdvice(shown, lookOf(shown, '2026-03-01T05:59:00Z'), '2026-03-01T06:00:00Z')).toBeNull();
  });

  it.each([
    [
      "  schedules: [{ name: s, cron: '61 * * * *' }]",
      'cron: a cron pattern of five fields that comes round, such as 30 6 * * 1-5; found "61 * * * *"',
    ],
    ["  schedules: [{ name: s, cron: '0 0 6 * * *' }]", 'found "0 0 6 * * *"'],
    ["  schedules: [{ name: s, cron: '0 0 30 2 *' }]", 'that comes round'],
    [
      "  schedules: [{ name: s, cron: '0 6 * * *', timeZone: Europe/Bonn }]",
      'timeZone: an IANA time zone, such as Europe/Berlin; found "Europe/Bonn"',
    ],
    [
      "  schedules: [{ name: s, cron: '0 6 * * *' }, { name: s, cron: '0 7 * * *' }]",
      'triggers.schedules: each schedule needs a name of its own',
    ],
    ['  championAge: PT59M', 'championAge: at least an hour'],
    ['  championAge: P1M', 'an ISO 8601 duration without months'],
  ])('refuses %s', (triggers, message) => {
    expect(problems(triggers).join('\n')).toContain(message);
  });
});

describe('findDueQueries', () => {
  const config = configOf(`  queries: [${query}]\n  schedules: [{ name: s, cron: '0 * * * *' }]`);

  it('finds the latest of the ticks that were missed, at every repeated look', () => {
    const previous = lookOf(config, '2026-03-02T03:30:00Z');
    for (const now of ['2026-03-02T09:00:00.000Z', '2026-03-02T09:59:59Z']) {
      expect(findDueQueries(config, previous, now)).toEqual([
        { rule: 's', tick: '2026-03-02T09:00:00.000Z' },
      ]);
    }
    expect(findDueQueries(config, previous, '2026-03-02T03:59:59Z')).toEqual([]);
  });

  it('finds nothing at the first look, nor for a query the last look did not know or knew at other times', () => {
    const now = '2026-03-02T09:00:00Z';
    expect(findDueQueries(config, null, now)).toEqual([]);
    const bare = configOf("  schedules: [{ name: s, cron: '0 * * * *' }]");
    expect(findDueQueries(config, lookOf(bare, '2026-03-02T03:30:00Z'), now)).toEqual([]);
    const other = configOf(`  queries: [${query.replace('0 *', '5 *')}]`);
    expect(findDueQueries(config, lookOf(other, '2026-03-02T03:30:00Z'), now)).toEqual([]);
  });

  it('asks a changed query without a pause', () => {
    const previous = lookOf(
      configOf(`  queries: [${query.replace('Scores', 'Other')}]`),
      '2026-03-02T08:30:00Z',
    );
    expect(findDueQueries(config, previous, '2026-03-02T09:00:00Z')).toHaveLength(1);
  });
});
