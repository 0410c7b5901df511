import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freezeEnd } from '../../../../shared/admission/freezes.ts';
import { parseDurationMs } from '../../../../shared/config/duration.ts';
import { limitHours } from '../../../../shared/config/estimate.ts';
import { FleetSchema } from '../../../../shared/config/fleet-schema.ts';
import { ModelConfigSchema } from '../../../../shared/config/schema.ts';
import type { ModelState } from '../../../../shared/domain/model-state.ts';
import type { SignalKind } from '../../../../shared/domain/signal.ts';
import { type AdmittedRun, type ModelSetup, type SignalFacts, World } from './world.ts';

const startMs = Date.parse('2026-03-02T08:00:00.000Z');
const minuteMs = 60_000;
const farFuture = '2099-01-01T00:00:00.000Z';
const msOf = (duration: string): number => parseDurationMs(duration)!;

const anyPolicy = fc.record({
  mode: fc.constantFrom('auto', 'auto', 'auto', 'suggest', 'observe'),
  whileRunning: fc.constantFrom('join', 'queue', 'reject', 'restart'),
  quietPeriod: fc.constantFrom('PT0S', 'PT0S', 'PT2H'),
  longestWait: fc.constantFrom('PT5H', 'P1D'),
  cooldown: fc.constantFrom('PT0S', 'PT6H', 'P2D'),
  cooldownAfterFailure: fc.constantFrom(undefined, 'PT3H'),
  mostRuns: fc.constantFrom(undefined, { count: 1, window: 'P1D' }, { count: 3, window: 'P7D' }),
  budget: fc.constantFrom(undefined, { window: 'P7D', computeHours: 6 }, { money: 9, pricePerHour: 2 }),
  breakAfter: fc.constantFrom(undefined, 2),
  minimumNewRows: fc.constantFrom(undefined, undefined, 100),
  rowsAfterChange: fc.constantFrom(undefined, undefined, 90),
  priority: fc.integer({ min: 0, max: 9 }),
  freezes: fc.constantFrom(
    [],
    [],
    [{ name: 'weekend', cron: '0 17 * * 5', lasts: 'P2D' }],
    [{ name: 'nights', cron: '0 20 * * *', lasts: 'PT10H', timeZone: 'Asia/Tokyo', answer: 'reject' }],
  ),
  longestRun: fc.constant('PT12H'),
});

const anySetup = fc.record({
  policy: anyPolicy,
  data: fc.constantFrom(true, false, { minimumRows: 150 }),
  estimateHours: fc.constantFrom(1, 3),
});

const anyFleet = fc.option(
  fc.record({
    maximumConcurrentRuns: fc.constantFrom(undefined, 1, 2),
    budget: fc.constantFrom(undefined, { window: 'P7D', computeHours: 8 }),
    shares: fc.constantFrom({}, { m0: 3 }),
  }),
  { nil: null },
);

const anyCommand = fc.record({
  what: fc.constantFrom(
    ...[
      'signal',
      'signal',
      'signal',
      'again',
      'step',
      'step',
      'step',
      'step',
      'end',
      'end',
      'pass',
      'jump',
      'back',
    ],
    ...['kill-run', 'kill-sleeper', 'watch', 'recover', 'operate', 'stop', 'resume'],
  ),
  model: fc.nat({ max: 2 }),
  kind: fc.constantFrom<SignalKind>('metric', 'metric', 'drift', 'data', 'schedule', 'manual', 'registry'),
  pick: fc.nat({ max: 1000 }),
  minutes: fc.integer({ min: 1, max: 40 * 60 }),
});

type Setup = typeof anySetup extends fc.Arbitrary<infer T> ? T : never;
type Command = typeof anyCommand extends fc.Arbitrary<infer T> ? T : never;

const causes = ['metric:rule-0', 'metric:rule-1', 'drift:*'];
const overs = ['released', 'gate-failed', 'failed'] as const;

function signalOf(id: string, { kind, pick }: Command, world: World): SignalFacts {
  const told = world.nowMs - (pick % 5) * 30 * minuteMs;
  const observedAt = pick % 11 === 0 ? farFuture : new Date(told).toISOString();
  if (kind === 'metric') {
    const persistence = pick % 3 === 0 ? { breaches: 2, of: 3 } : undefined;
    return { id, kind, cause: `metric:rule-${pick % 2}`, observedAt, ...(persistence && { persistence }) };
  }
  if (kind === 'drift') return { id, kind, cause: 'drift:monitor', observedAt };
  if (kind === 'data') return { id, kind, newData: { rows: pick % 4 === 0 ? null : 60, bytes: 1000 } };
  return { id, kind, ...(kind === 'manual' && pick % 2 === 0 && { byMachine: true }) };
}

function act(world: World, command: Command, index: number): unknown {
  const { what, pick, minutes } = command;
  const model = world.setups[command.model % world.setups.length]!.name;
  const alive = world.runs.filter((run) => run.alive);
  const run = alive[pick % Math.max(1, alive.length)];
  switch (what) {
    case 'signal':
      return world.deliver(model, signalOf(`s${index}`, command, world));
    case 'again': {
      // As long as a delivery may be repeated: for 24 hours, and a clock that differs.
      const known = [...world.signals.values()].filter(
        ({ sinceMs }) => world.nowMs - sinceMs < 30 * 60 * minuteMs,
      );
      const { model: of, signal } = known[pick % Math.max(1, known.length)] ?? {};
      return signal && world.deliverAgain(of!, signal);
    }
    case 'step': {
      const runnable = world.runnable();
      return runnable.length > 0 ? world.step(runnable[pick % runnable.length]!) : undefined;
    }
    case 'end':
      return run && world.endRun(run, overs[pick % 3]!, pick % 4 === 0 ? undefined : (pick % 10) / 10 + 0.01);
    case 'pass':
      return world.pass((minutes % 180) * minuteMs);
    case 'jump':
      return world.pass(minutes * minuteMs);
    case 'back':
      return world.setBack((minutes % 1500) * minuteMs);
    case 'kill-run':
      return run && world.killRun(run);
    case 'kill-sleeper': {
      const asleep = world.admitting.filter(({ alive, step }) => alive && step === 'asleep');
      return asleep.length > 0 ? world.killSleeper(asleep[pick % asleep.length]!) : undefined;
    }
    case 'watch':
      return world.watch();
    case 'recover':
      return world.recover(model, causes[pick % 3]!, pick % 11 === 0 ? farFuture : world.now);
    case 'operate':
      return operate(world, model, command);
    default:
      return world.switchFleet(what === 'stop' ? 'stop' : 'resume');
  }
}

function operate(world: World, model: string, { pick, minutes }: Command): void {
  const until = pick % 2 === 0 ? null : new Date(world.nowMs + minutes * minuteMs).toISOString();
  const runId = world.models.get(model)!.live?.runId ?? 'none';
  const actions = [
    { action: 'freeze', until },
    { action: 'thaw' },
    { action: 'approve' },
    { action: 'withdraw', signal: null },
    { action: 'cancel-run', runId },
    { action: 'set-mode', mode: (['auto', 'suggest', 'file'] as const)[pick % 3]! },
  ] as const;
  world.operate(model, actions[pick % actions.length]!);
}

/** Holds what must never happen against the world's own books, each time a run is admitted. */
function checkAdmitted(world: World, run: AdmittedRun, before: ModelState): void {
  const { policy } = world.setup(run.model);
  const { kind, byMachine } = run.signal;
  const byPerson = kind === 'registry' || (kind === 'manual' && !byMachine);
  const { now, nowMs } = world;
  // One live run: the one before has ended, or was given up past its deadline.
  if (before.live) expect(before.live.deadline < now).toBe(true);
  const others = world.runs.filter(({ model, alive, givenUp }) => model === run.model && alive && !givenUp);
  expect(others).toEqual([]);
  for (const freeze of policy.freezes) expect(freezeEnd(freeze, now)).toBeNull();
  for (const { until } of before.frozen ?? []) expect(until !== null && until <= now).toBe(true);
  const own = [...world.runs.filter(({ model }) => model === run.model), run];
  if (policy.mostRuns) {
    const since = nowMs - msOf(policy.mostRuns.window);
    expect(own.filter(({ atMs }) => atMs > since).length).toBeLessThanOrEqual(policy.mostRuns.count);
  }
  if (policy.budget)
    expect(hoursSince(own, nowMs - msOf(policy.budget.window))).toBeLessThanOrEqual(
      limitHours(policy.budget) + 0.01,
    );
  const mode = before.mode?.mode ?? policy.mode;
  const approved = before.pending?.signals[0] === run.signal.id && before.pending.approved;
  if (!byPerson && !approved) {
    expect(mode).toBe('auto');
    if (policy.breakAfter) expect(before.unsuccessful ?? 0).toBeLessThan(policy.breakAfter);
    if (policy.minimumNewRows)
      expect(before.newData?.rows ?? 0).toBeGreaterThanOrEqual(run.signal.newData ? 40 : 100);
    if (
      policy.cooldown === 'P2D' &&
      !policy.cooldownAfterFailure &&
      before.lastRun &&
      !before.lastRun.restart
    ) {
      expect(nowMs).toBeGreaterThanOrEqual(Date.parse(before.lastRun.endedAt) + 2 * 86_400_000);
    }
  }
  checkFleet(world, run);
}

function hoursSince(
  runs: readonly AdmittedRun[],
  sinceMs: number,
  countsFrom: 'atMs' | 'reservedAtMs' = 'atMs',
): number {
  return runs
    .filter((run) => run[countsFrom] > sinceMs)
    .reduce((sum, { hours, estimateHours }) => sum + (hours ?? estimateHours), 0);
}

function checkFleet(world: World, run: AdmittedRun): void {
  const { fleetPolicy, fleet, nowMs } = world;
  expect(fleet.places.some(({ model, runs }) => model === run.model && runs.includes(run.runId))).toBe(true);
  if (!fleetPolicy) return;
  const most = fleetPolicy.maximumConcurrentRuns ?? Number.POSITIVE_INFINITY;
  expect(fleet.places.length).toBeLessThanOrEqual(most);
  const given = world.runs.filter(({ model, alive, atMs, givenUp }) => {
    return alive && !givenUp && nowMs <= atMs + 2 * msOf(world.setup(model).policy.longestRun);
  });
  expect(new Set([...given, run].map(({ model }) => model)).size).toBeLessThanOrEqual(most);
  const { budget } = fleetPolicy;
  if (budget) {
    const spent = hoursSince([...world.runs, run], nowMs - msOf(budget.window), 'reservedAtMs');
    expect(spent).toBeLessThanOrEqual(limitHours(budget) + 0.01);
  }
}

/** Lets everything come to its end: no new signals, operators let go, and time passes as long as somebody waits. */
function drain(world: World): void {
  world.nowMs = Math.max(world.nowMs, world.latestMs);
  world.switchFleet('resume');
  for (const { name } of world.setups) world.operate(name, { action: 'thaw' });
  for (let turn = 0; turn < 3000; turn++) {
    const runnable = world.runnable();
    if (runnable.length > 0) {
      for (const process of runnable) world.step(process);
      continue;
    }
    const run = world.runs.find(({ alive }) => alive);
    if (run) world.endRun(run, 'gate-failed', 0.5);
    else if (turn % 7 === 0) world.watch();
    else {
      const next = world.nextWakeMs();
      if (next === undefined) {
        world.watch();
        if (world.nextWakeMs() === undefined && world.runnable().length === 0) return;
      } else world.nowMs = Math.max(world.nowMs, next);
    }
  }
  const left = world.admitting.filter(({ alive }) => alive).map(({ signal, step }) => `${signal.id} ${step}`);
  throw new Error(`it does not come to an end: ${left.join(', ')}`);
}

function play(setups: readonly Setup[], fleet: object | null, commands: readonly Command[]): World {
  const named = setups.map(({ policy, ...rest }, index) => ({
    name: `m${index}`,
    policy: parsePolicy(policy),
    ...rest,
  }));
  const world = new World(named, fleet && FleetSchema.parse(fleet), startMs, checkAdmitted);
  for (const [index, command] of commands.entries()) act(world, command, index);
  drain(world);
  return world;
}

const parsePolicy = (policy: object): ModelSetup['policy'] => ModelConfigSchema.shape.policy.parse(policy);

describe('admission over any interleaving of signals, repetitions, delays, deaths, operators and jumps of the clock', () => {
  it('keeps every rule, answers every signal once, and loses none', { timeout: 300_000 }, () => {
    const seed = Date.now() % 2 ** 31;
    console.info(`interleavings: seed ${seed}`);
    let admitted = 0;
    const reasons = new Set<string>();
    fc.assert(
      fc.property(
        fc.array(anySetup, { minLength: 1, maxLength: 3 }),
        anyFleet,
        fc.array(anyCommand, { maxLength: 60, size: 'max' }),
        (raw, fleet, commands) => {
          const world = play(raw, fleet, commands);
          expect(world.unremembered).toEqual([]);
          for (const id of world.signals.keys()) {
            expect(world.answers.get(id) ?? [], `answers to ${id}`).toHaveLength(1);
          }
          for (const [answer] of world.answers.values()) {
            expect(answer!.sentence).not.toMatch(/undefined|NaN|null|Infinity/);
            reasons.add(`${answer!.outcome} ${answer!.reason}`);
          }
          expect(world.fleet.places).toEqual([]);
          for (const state of world.models.values()) {
            expect(state).toMatchObject({ live: null, pending: null });
            expect(JSON.stringify(state).length).toBeLessThan(64 * 1024);
          }
          admitted += world.runs.length;
        },
      ),
      { numRuns: 10_000, seed },
    );
    // The cases reach what they are about.
    expect(admitted).toBeGreaterThan(5_000);
    expect([...reasons].sort()).toEqual(
      expect.arrayContaining([
        ...['admitted approved', 'admitted hold-over', 'admitted idle', 'coalesced run-live'],
        ...['coalesced wait-pending', 'rejected breaker', 'rejected data-counted', 'rejected freeze'],
        ...['rejected not-persistent', 'rejected observed', 'rejected recovered', 'rejected run-live'],
        ...[
          'rejected stopped',
          'rejected suggestion-expired',
          'rejected too-little-data',
          'rejected withdrawn',
        ],
      ]),
    );
  });

  it('gives the same answers to the same history, to the byte', { timeout: 60_000 }, () => {
    const history = fc.array(anyCommand, { maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(fc.array(anySetup, { minLength: 1, maxLength: 3 }), anyFleet, history, (...played) => {
        const [first, second] = [play(...played), play(...played)];
        const written = ({ answers, models, fleet }: World) =>
          JSON.stringify([[...answers], [...models], fleet]);
        expect(written(second)).toBe(written(first));
      }),
      { numRuns: 300 },
    );
  });
});
