import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Embargo } from '../../../shared/domain/embargo.ts';
import { type ReleaseRow, releaseStates } from '../../../shared/domain/release-state.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { listPastChampions } from '../../../shared/release/transitions/past-champions.ts';
import { newTargetState } from '../../../shared/release/transitions/state.ts';
import { settledOf } from './world/target.ts';

const settled = (...versions: readonly string[]) =>
  versions.map((version) => ({
    ...settledOf(version),
    ...{ model: { name: 'm', version, modelUri: '' }, digest: null },
  }));

const champion = { name: 'm', version: '9', modelUri: 'azureml://9' };
const day = (number: number): string => new Date(Date.UTC(2026, 0, number)).toISOString();
const released = (version: string, endedAt: string, more: Partial<Run> = {}) =>
  ({
    ...{ released: true, registeredVersion: version, challenger: null, champion: null },
    ...{ startedAt: endedAt, endedAt },
    ...more,
  }) as Run;
const row = (version: string, at: string, more: Partial<ReleaseRow> = {}) =>
  ({
    ...{ model: { name: 'm', version, modelUri: '' }, state: 'settled', digest: null },
    ...{ startedAt: at, since: at, endedAt: at },
    ...more,
  }) as ReleaseRow;
const embargo = (version: string): Embargo => ({
  ...{ version, why: 'quarantined', since: day(1) },
  sentence: `version ${version} was quarantined by ada`,
});

type Known = Parameters<typeof listPastChampions>[0];
const list = (known: Partial<Known>) =>
  listPastChampions({
    ...{ model: 'm', champion, runs: [], releases: [], state: undefined, embargoes: [] },
    ...known,
  });
const eligible = (known: Partial<Known>): readonly string[] =>
  list(known).flatMap(({ version, why }) => (why === null ? [version] : []));

describe('the past champions of a model', () => {
  it('of a model whose stages are channels are what its runs have released, the latest first', () => {
    const runs = [
      released('9', day(9)),
      released('3', day(8), { released: false }),
      released('2', day(7)),
      released('1', day(1)),
    ];
    expect(eligible({ runs })).toEqual(['2', '1']);
    // It came back in between.
    expect(eligible({ runs: [...runs, released('1', day(8))] })).toEqual(['1', '2']);
  });

  it('of a model with a target are those that it has settled, however its latest run ended', () => {
    const releases = [
      row('9', day(9)),
      row('2', day(5)),
      row('1', day(3)),
      row('4', day(7), { state: 'drilled', isDrill: true }),
    ];
    expect(eligible({ releases })).toEqual(['2', '1']);
    expect(eligible({ state: { ...newTargetState, settled: settled('1', '9') } })).toEqual(['1']);
  });

  it.each([
    ['rolled-back', 'it was gone back from'],
    ['rejected', 'its latest release was rejected or failed'],
    ['failed', 'its latest release was rejected or failed'],
    ['canary', 'a release of it is under way'],
  ] as const)('are not eligible where their latest release is %s', (state, why) => {
    const endedAt = state === 'canary' ? null : day(8);
    const releases = [row('2', day(8), { state, endedAt }), row('2', day(5))];
    expect(list({ releases })).toMatchObject([{ version: '2', why }]);
  });

  it('are eligible where a newer version took their place before they served again', () => {
    expect(eligible({ releases: [row('2', day(8), { state: 'superseded' }), row('2', day(5))] })).toEqual([
      '2',
    ]);
  });

  it('are not eligible where a person had another serve in their place', () => {
    const releases = [row('9', day(9)), row('3', day(6)), row('2', day(5))];
    const state = { ...newTargetState, settled: settled('2', '9') };
    expect(new Map(list({ releases, state }).map(({ version, why }) => [version, why]))).toEqual(
      new Map([
        ['2', null],
        ['3', 'it was gone back from'],
      ]),
    );
  });

  it('are not eligible under an embargo, which says why', () => {
    const releases = [row('2', day(5))];
    expect(list({ releases, embargoes: [embargo('2')] })).toMatchObject([
      { why: 'version 2 was quarantined by ada' },
    ]);
  });

  it('are not eligible with the files of the champion, or of one that comes before', () => {
    const digest = 'a'.repeat(64);
    const releases = [
      row('9', day(9), { digest }),
      row('3', day(6), { digest }),
      row('2', day(5), { digest: 'b'.repeat(64) }),
      row('1', day(4), { digest: 'b'.repeat(64) }),
    ];
    expect(list({ releases }).map(({ version, why }) => [version, why])).toEqual([
      ['3', 'its files are those of version 9'],
      ['2', null],
      ['1', 'its files are those of version 2'],
    ]);
  });

  it('are never the champion, never twice, in the order in which they last came, and none is barred', () => {
    const version = fc.integer({ min: 1, max: 9 }).map(String);
    const at = fc.integer({ min: 1, max: 28 }).map(day);
    const history = fc.record({
      runs: fc.array(
        fc
          .record({ version, at, done: fc.boolean() })
          .map((run) => released(run.version, run.at, { released: run.done })),
      ),
      releases: fc.array(
        fc
          .record({ version, at, state: fc.constantFrom(...releaseStates) })
          .map((each) => row(each.version, each.at, { state: each.state })),
      ),
      settled: fc.array(version),
      embargoes: fc.array(version.map(embargo)),
    });
    fc.assert(
      fc.property(history, ({ settled: names, ...known }) => {
        const state = { ...newTargetState, settled: settled(...names) };
        const found = list({ ...known, state });
        const versions = found.map((each) => each.version);
        expect(versions).not.toContain('9');
        expect(new Set(versions).size).toBe(versions.length);
        expect(found.map((each) => each.at)).toEqual(
          found
            .map((each) => each.at)
            .sort()
            .reverse(),
        );
        for (const { version: name, why } of found) {
          if (known.embargoes.some((each) => each.version === name)) expect(why).not.toBeNull();
          const served =
            known.runs.some((run) => run.released && run.registeredVersion === name) ||
            known.releases.some((each) => each.state === 'settled' && each.model.version === name) ||
            names.includes(name);
          expect(served).toBe(true);
        }
      }),
    );
  });
});
