/** Several releases and rollbacks by hand, one after the other and at once, whatever happens. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginRelease } from '../../../shared/release/transitions/begin-release.ts';
import { rollBack } from '../../../shared/release/transitions/roll-back.ts';
import type { TargetState } from '../../../shared/release/transitions/state.ts';
import { settledOf } from './world/target.ts';
import { candidateOf, release as config, World } from './world/world.ts';

type Event =
  | { readonly kind: 'begin'; readonly onNewCandidate: 'queue' | 'supersede' }
  | { readonly kind: 'roll-back'; readonly version: string | null }
  | { readonly kind: 'pass'; readonly turns: number };

const events = fc.array(
  fc.oneof(
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('begin' as const),
        onNewCandidate: fc.constantFrom('queue' as const, 'supersede' as const),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('roll-back' as const),
        version: fc.constantFrom(null, '1', '2', '3', 'a', 'b'),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('pass' as const), turns: fc.integer({ min: 1, max: 200 }) }),
    },
  ),
  { minLength: 3, maxLength: 14 },
);

/** Releases without people or channels, so that each goes on by itself. */
const stages = config.stages.filter(({ kind }) => kind === 'canary' || kind === 'production');

class Town {
  readonly world: World;
  /** Releases whose orchestrations run. */
  readonly alive = new Set<string>();
  /** Rollbacks by hand that have begun, with the version each goes back from. */
  readonly ordered = new Map<string, string | undefined>();
  /** Those that were settled, with what could be gone back to then. */
  readonly wentBack: { readonly from: string | undefined; readonly settled: readonly string[] }[] = [];
  #version = 1;
  #order = 0;

  constructor(seed: number, draws: number) {
    this.world = new World(seed, draws);
    const { state, traffic } = this.world;
    const settled = ['a', 'b', '1'].map((version) => settledOf(version));
    this.world.state = { ...state, settled, desired: { traffic, mirror: {} } };
  }

  happen(event: Event): void {
    if (event.kind === 'begin') this.#begin(event.onNewCandidate);
    else if (event.kind === 'roll-back') this.#rollBack(event.version);
    else for (let turn = 0; turn < event.turns; turn++) this.turn();
  }

  #begin(onNewCandidate: 'queue' | 'supersede'): void {
    const { state, now } = this.world;
    const candidate = candidateOf(String(++this.#version), {
      stages,
      target: { ...config.target!, onNewCandidate },
    });
    this.world.state = beginRelease(state, { candidate, now }).state;
    this.alive.add(candidate.releaseId);
  }

  #rollBack(version: string | null): void {
    const { state, now } = this.world;
    const releaseId = `back-${++this.#order}-release`;
    const word = { by: 'ada', reason: 'bad', at: now };
    const order = {
      ...{ version, word, releaseId, model: 'spam-filter' },
      ...{ configHash: 'c', target: config.target!, stages, freezes: [] },
    };
    const result = rollBack(state, order);
    this.world.state = result.state;
    if (!result.candidate) return;
    this.alive.add(releaseId);
    this.ordered.set(releaseId, result.candidate.previous?.version);
  }

  /** Each orchestration has a turn; time passes where none acts. */
  turn(): void {
    const { world } = this;
    let until = world.nowMs + 86_400_000;
    for (const releaseId of this.alive) {
      const { asks } = world.state.release ?? {};
      if (asks && world.state.release?.releaseId === releaseId)
        world.order({ action: 'resume-release', releaseId }, 'ada');
      const action = world.turn(releaseId);
      if (action.do === 'end') this.alive.delete(releaseId);
      if (action.do === 'end' && action.ended.state === 'settled' && this.ordered.has(releaseId)) {
        const settled = world.state.settled.map(({ model }) => model.version);
        const from = this.ordered.get(releaseId);
        if (from !== action.ended.model.version) this.wentBack.push({ from, settled });
      }
      until = Math.min(until, action.do === 'wait' ? Date.parse(action.until) : world.nowMs);
    }
    world.nowMs = Math.max(until, world.nowMs + 1_000);
  }
}

const held = ({ release, queue }: TargetState): string[] =>
  [release, ...queue].flatMap((each) => (each ? [each.releaseId] : []));

describe('several releases, whatever happens', () => {
  const each = (check: (town: Town, event: Event, before: TargetState) => void, end?: (town: Town) => void) =>
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 400 }), events, (seed, draws, list) => {
        const town = new Town(seed, draws);
        for (const event of list) {
          const before = town.world.state;
          town.happen(event);
          check(town, event, before);
        }
        for (let turn = 0; turn < 3_000 && town.alive.size > 0; turn++) town.turn();
        end?.(town);
      }),
      { numRuns: 120 },
    );

  it('are all held, waiting or told of their end: none is lost', () => {
    each(
      ({ alive, world }) => {
        const known = [...held(world.state), ...world.state.ended.map(({ releaseId }) => releaseId)];
        for (const releaseId of alive) expect(known).toContain(releaseId);
      },
      ({ alive, world }) => {
        expect([...alive]).toEqual([]);
        expect(held(world.state)).toEqual([]);
      },
    );
  });

  it('never take an order to go back out of the line, nor have what it is about go back', () => {
    each(({ ordered, world }, event, before) => {
      if (event.kind !== 'begin') return;
      const orders = held(before).filter((releaseId) => ordered.has(releaseId));
      for (const releaseId of orders) expect(held(world.state)).toContain(releaseId);
      if (before.release && ordered.has(before.release.releaseId))
        expect(world.state.release!.back).toEqual(before.release.back);
    });
  });

  it('leave every request with the version that was settled last', () => {
    each(
      () => {},
      ({ world }) => {
        const [serves, ...others] = Object.keys(world.traffic);
        expect(others).toEqual([]);
        const { settled } = world.state;
        if (settled.length > 0) expect(serves).toBe(settled.at(-1)!.deployment);
      },
    );
  });

  it('never settle one version twice, and keep no version that a person has gone back from', () => {
    let wentBack = 0;
    each(
      ({ world }) => {
        const names = world.state.settled.map(({ deployment }) => deployment);
        expect(new Set(names).size).toBe(names.length);
      },
      (town) => {
        wentBack += town.wentBack.length;
        for (const { from, settled } of town.wentBack) expect(settled).not.toContain(from);
      },
    );
    expect(wentBack).toBeGreaterThan(0);
  });
});
