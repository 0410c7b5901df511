/**
 * Many models beside each other, each with one rule with a confidence: 19 of 20 lie exactly at the threshold, where false alarms are
 * likeliest, and one falls. Values are tested and weighed by Ratchet's own code.
 */
import { judgeAlarm, noteTest } from '../../shared/admission/alarms.ts';
import { togetherOf } from '../../shared/config/sure-rules.ts';
import { type ModelState, newModelState } from '../../shared/domain/model-state.ts';
import { exactProportion } from '../../shared/gates/statistics/exact-proportion.ts';
import { drawBinomial, seedRandom } from '../../shared/gates/statistics/random.ts';
import { testBreach } from '../../shared/signals/test-breach.ts';
import { median } from '../measure/statistics.ts';
import { confidence } from './simulate.ts';
import { limit } from './streams.ts';

export interface FleetSettings {
  readonly seed: string;
  readonly worlds: number;
  readonly models: number;
}

const windows = 365;
const fallsAt = 180;
const falling = 20;

export interface FleetStream {
  readonly rows: number;
  readonly after: number;
}

export const fleetStreams: readonly FleetStream[] = [
  { rows: 100, after: 0.87 },
  { rows: 100, after: 0.8 },
  { rows: 500, after: 0.87 },
  { rows: 2000, after: 0.87 },
];

/** `falseAlarms` of the fleet file; null: it says nothing. */
export const promises = [null, 1, 0.05] as const;

/** What one promise made of the worlds of a stream. */
export interface FleetWatched {
  readonly falseAlarms: (typeof promises)[number];
  /** Models with a false alarm in the year, in a world. */
  readonly falseModels: number;
  /** Worlds with any; the exact 95 % interval of the simulation. */
  readonly anyFalse: { readonly share: number; readonly low: number; readonly high: number };
  /** Of the models with an alarm those whose first was false, the mean of the worlds; a world without alarms has 0. */
  readonly falseShare: number;
  /** Windows from the fall to the first alarm, median; null: none has one. */
  readonly delay: number | null;
  /** Share of the models that fall without an alarm by the end of the year. */
  readonly missed: number;
}

type FirstAlarms = readonly (number | null)[];

/** By what a rule is promised, the window of its first alarm. */
function watchModel(stream: FleetStream, isFalling: boolean, models: number, seed: string): FirstAlarms {
  const random = seedRandom(seed);
  const states: ModelState[] = promises.map(() => newModelState);
  const first: (number | null)[] = promises.map(() => null);
  for (let window = 0; window < windows && first.includes(null); window++) {
    const truth = !isFalling ? limit : window < fallsAt ? 0.93 : stream.after;
    const value = drawBinomial(random, stream.rows, truth) / stream.rows;
    const reported = { metric: 'accuracy', standardError: null, valueIs: undefined, value } as const;
    const sure = testBreach({ side: 'below', limit }, { ...reported, sample: stream.rows });
    if ('cannotSay' in sure) throw new Error(sure.cannotSay);
    const test = { p: sure.p, alpha: 1 - confidence, evidence: sure.evidence };
    for (const [at, falseAlarms] of promises.entries()) {
      if (first[at] !== null) continue;
      if (value >= limit) {
        states[at] = noteTest(states[at]!, 'metric:low', sure.evidence);
        continue;
      }
      const together = falseAlarms === null ? null : togetherOf({ falseAlarms, shares: {} }, models);
      const judged = judgeAlarm(states[at]!, 'metric:low', { ...test, ...(together && { together }) });
      states[at] = judged.state;
      if (judged.judgement.raised) first[at] = window;
    }
  }
  return first;
}

export function watchFleet(stream: FleetStream, settings: FleetSettings): readonly FleetWatched[] {
  const { seed, worlds, models } = settings;
  const found = promises.map(() => ({
    falseModels: [] as number[],
    shares: [] as number[],
    delays: [] as number[],
  }));
  const fallers = Math.floor(models / falling);
  for (let world = 0; world < worlds; world++) {
    const alarms = Array.from({ length: models }, (_, model) =>
      watchModel(
        stream,
        model < fallers,
        models,
        `${seed} fleet ${stream.rows} ${stream.after} ${world} ${model}`,
      ),
    );
    for (const [at, { falseModels, shares, delays }] of found.entries()) {
      const firsts = alarms.map((first) => first[at] ?? null);
      const isTrue = (window: number | null, model: number) =>
        window !== null && model < fallers && window >= fallsAt;
      const right = firsts.filter(isTrue) as number[];
      const raised = firsts.filter((window) => window !== null).length;
      falseModels.push(raised - right.length);
      shares.push(raised === 0 ? 0 : (raised - right.length) / raised);
      delays.push(...right.map((window) => window - fallsAt));
    }
  }
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / worlds;
  return found.map(({ falseModels, shares, delays }, at) => {
    const any = falseModels.filter((count) => count > 0).length;
    return {
      falseAlarms: promises[at]!,
      falseModels: mean(falseModels),
      anyFalse: { share: any / worlds, ...exactProportion(any, worlds).interval(0.95) },
      falseShare: mean(shares),
      delay: delays.length === 0 ? null : median(delays),
      missed: fallers === 0 ? 0 : 1 - delays.length / (fallers * worlds),
    };
  });
}
