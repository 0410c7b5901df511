/**
 * The fleet's entity with ever more models: a month and a half of them, and the worst morning. No host: what storage adds for a state
 * of that size, the platform's or the embedded host's, comes on top.
 */
import { describeFleet } from '../../shared/admission/place-request.ts';
import { FleetSchema } from '../../shared/config/fleet-schema.ts';
import { type FleetFigures, MeasuredFleet } from './measured-fleet.ts';
import { nameModels } from './write-models.ts';

const startMs = Date.parse('2026-03-02T06:00:00.000Z');
const hourMs = 3_600_000;
const days = 45;
const iso = (ms: number): string => new Date(ms).toISOString();

export interface FleetPlay extends FleetFigures {
  readonly models: number;
  readonly play: string;
}

export function playFleet(models: number): readonly FleetPlay[] {
  return [
    { models, play: 'a month and a half', ...playDays(models) },
    { models, play: 'all at once', ...playMorning(models) },
  ];
}

class Fleet {
  readonly #measured = new MeasuredFleet();
  readonly #asked;
  readonly models: readonly string[];
  readonly slots: number;

  constructor(count: number) {
    this.models = nameModels(count);
    this.slots = Math.ceil(count / 10);
    const policy = FleetSchema.parse({
      maximumConcurrentRuns: this.slots,
      budget: { window: 'P30D', computeHours: count * 10 },
    });
    this.#asked = describeFleet(policy, this.models);
  }

  /** Whether the run may start. */
  ask(model: string, runId: string, nowMs: number): boolean {
    const now = iso(nowMs);
    const { grant } = this.#measured.ask('request', {
      ...{ model, runId, signal: `schedule:${runId}`, priority: 0, estimateHours: 1 },
      ...{ offeredAt: now, now, ...this.#asked },
    });
    return grant.granted;
  }

  end(runId: string): void {
    this.#measured.ask('return', { runId, computeHours: 0.8 });
  }

  played(): FleetFigures {
    return this.#measured.figures();
  }
}

function playDays(count: number): FleetFigures {
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

function playMorning(count: number): FleetFigures {
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
