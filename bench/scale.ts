/**
 * What ten thousand models take: of the one entity of the fleet, how long an operation of it takes and how large its state is; of a
 * host, what its scans, its lists and one report take.
 *
 * The entity is played through its own operations and no host: what storage adds for a state of that size, the platform's or the
 * embedded host's, comes on top.
 */
import { fleetOperations } from '../shared/admission/fleet-operations.ts';
import { FleetSchema } from '../shared/config/fleet-schema.ts';
import { type FleetState, newFleetState } from '../shared/domain/fleet-state.ts';
import { readCount, runBenchmark } from './measure/run-benchmark.ts';
import { renderTable } from './measure/table.ts';
import { type Answered, playHost } from './scale/play-host.ts';

const help = `npm run bench:scale -- [options]

Plays the fleet's entity, with slots for a tenth of the models and a budget over 30 days:
- days in which each model runs twice a month, one after the other;
- a morning on which every model asks at once, and those that wait ask again every hour until the last has run.
Prints the operations, CPU milliseconds of each on the average, and the largest state, with a tenth of the models, a third, and
all of them.

With --host it is asked through the embedded host instead, with models that have schedules, absences and endpoints: what each
scan takes before anything is known of any model, after every model was reported on, and once more; what lists and one report
take. Printed are the host's processor time and real time, with a hundredth of the models, a tenth, and all of them.

  --models N     how many models (default 10000)
  --days N       how many days they run (default 45; a year takes eight times as long)
  --host         through the host
`;

const startMs = Date.parse('2026-03-02T06:00:00.000Z');
const hourMs = 3_600_000;
const iso = (ms: number): string => new Date(ms).toISOString();

interface Played {
  readonly operations: number;
  readonly cpuMs: number;
  readonly stateBytes: number;
}

class Fleet {
  #state: FleetState = newFleetState;
  #operations = 0;
  #largest = 0;
  #cpuMicros = 0;
  readonly #models: readonly string[];
  readonly #policy;
  readonly slots: number;

  constructor(count: number) {
    this.#models = Array.from({ length: count }, (_, index) => `model-${String(index).padStart(5, '0')}`);
    this.slots = Math.ceil(count / 10);
    this.#policy = FleetSchema.parse({
      maximumConcurrentRuns: this.slots,
      budget: { window: 'P30D', computeHours: count * 10 },
    });
  }

  get models(): readonly string[] {
    return this.#models;
  }

  /** Whether the run may start. */
  ask(model: string, runId: string, nowMs: number): boolean {
    const now = iso(nowMs);
    const { answer } = this.#do(() =>
      fleetOperations.request(this.#state, {
        ...{ model, runId, signal: `schedule:${runId}`, priority: 0, estimateHours: 1 },
        ...{ offeredAt: now, now, policy: this.#policy, models: this.#models },
      }),
    );
    return answer.grant.granted;
  }

  end(runId: string): readonly string[] {
    return this.#do(() => fleetOperations.return(this.#state, { runId, computeHours: 0.8 })).answer.wake;
  }

  #do<Answer>(act: () => { readonly state: FleetState; readonly answer: Answer }): {
    readonly answer: Answer;
  } {
    const before = process.cpuUsage();
    const { state, answer } = act();
    const { user, system } = process.cpuUsage(before);
    this.#cpuMicros += user + system;
    this.#state = state;
    if (this.#operations++ % 500 === 0) this.#largest = Math.max(this.#largest, JSON.stringify(state).length);
    return { answer };
  }

  played(): Played {
    const [operations, stateBytes] = [this.#operations, this.#largest];
    return { operations, stateBytes, cpuMs: this.#cpuMicros / 1_000 / operations };
  }
}

function playDays(count: number, days: number): Played {
  const fleet = new Fleet(count);
  const runs = Math.round((days / 15) * count);
  const stepMs = (days * 24 * hourMs) / runs;
  const under: string[] = [];
  for (let run = 0; run < runs; run++) {
    const runId = `${fleet.models[run % count]}-20260302-${run.toString(16).padStart(8, '0')}`;
    if (!fleet.ask(fleet.models[run % count]!, runId, startMs + run * stepMs))
      throw new Error('the fleet is full');
    under.push(runId);
    if (under.length >= fleet.slots) fleet.end(under.shift()!);
  }
  return fleet.played();
}

function playMorning(count: number): Played {
  const fleet = new Fleet(count);
  let waiting = fleet.models.map((model) => ({ model, runId: `${model}-20260302-00000000` }));
  for (let hour = 0; waiting.length > 0; hour++) {
    const started: string[] = [];
    const left: typeof waiting = [];
    for (const [index, run] of waiting.entries()) {
      const isIn = fleet.ask(run.model, run.runId, startMs + hour * hourMs + index);
      if (isIn) started.push(run.runId);
      else left.push(run);
    }
    if (started.length === 0) throw new Error('nobody could start');
    for (const runId of started) fleet.end(runId);
    waiting = left;
  }
  return fleet.played();
}

interface Figures {
  readonly plays: readonly (Played & { readonly models: number; readonly play: string })[];
  readonly answers: readonly Answered[];
}

await runBenchmark({
  name: 'scale',
  help,
  options: {
    models: { type: 'string', default: '10000' },
    days: { type: 'string', default: '45' },
    host: { type: 'boolean', default: false },
  },
  async measure(values, measuring): Promise<Figures> {
    const models = readCount('models', values.models, 30);
    const days = readCount('days', values.days, 15);
    if (values.host) {
      const answers: Answered[] = [];
      for (const part of [100, 10, 1]) answers.push(...(await playHost(Math.ceil(models / part), measuring)));
      return { plays: [], answers };
    }
    const plays = [models / 10, models / 3, models].map(Math.round).flatMap((count) => {
      measuring.say(`${count} models`);
      return [
        { models: count, play: `${days} days`, ...playDays(count, days) },
        { models: count, play: 'all at once', ...playMorning(count) },
      ];
    });
    return { plays, answers: [] };
  },
  tell: ({ plays, answers }) => (answers.length > 0 ? tellAnswers(answers) : tellPlays(plays)),
});

function tellPlays(plays: Figures['plays']): string {
  return renderTable(
    ['models', '', 'operations', 'CPU ms each', 'operations/s', 'largest state, MB'],
    plays.map(({ models, play, operations, cpuMs, stateBytes }) => [
      models.toLocaleString('en'),
      play,
      operations.toLocaleString('en'),
      cpuMs.toFixed(2),
      Math.round(1_000 / cpuMs).toLocaleString('en'),
      (stateBytes / 1e6).toFixed(2),
    ]),
  );
}

/** A line for each thing asked, with the models beside each other. */
function tellAnswers(answers: Figures['answers']): string {
  const counts = [...new Set(answers.map(({ models }) => models))];
  const asked = [...new Set(answers.map(({ what }) => what))];
  const cell = (what: string, count: number): string => {
    const found = answers.find((one) => one.what === what && one.models === count)!;
    const size = found.bytes === null ? '' : `, ${(found.bytes / 1e6).toFixed(2)} MB`;
    return `${(found.cpuMs / 1_000).toFixed(2)} (${(found.ms / 1_000).toFixed(2)})${size}`;
  };
  return renderTable(
    ['CPU s (real s)', ...counts.map((count) => `${count.toLocaleString('en')} models`)],
    asked.map((what) => [what, ...counts.map((count) => cell(what, count))]),
  );
}
