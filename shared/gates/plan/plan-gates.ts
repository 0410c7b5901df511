/**
 * What the gates of a model file could find with a holdout of so many rows, before anything is trained.
 *
 * Owns: which method plans which gate, the sentence of each.
 * Does not own: the chances (suppose.ts, drawn-power.ts, plan-data.ts), what else gates ask of rows (guards.ts).
 *
 * Invariants
 * 1. Pure and deterministic: the same suppositions and files give the same plan.
 * 2. Where nothing is known there is no number, and the sentence says what to give.
 */
import { type GapGate, type GateConfig, type MetricGate, sourceOf } from '../../config/gate-schema.ts';
import { counted } from '../../domain/plural.ts';
import { describeConfidence, describeRule } from '../describe-rule.ts';
import { show } from '../measure-gate.ts';
import { dependsOnShares } from '../priors.ts';
import type { Predictions } from '../rows.ts';
import { askConfidence, lookAgain } from '../spend-error.ts';
import { drawPower } from './drawn-power.ts';
import { planGuards } from './guards.ts';
import { planData } from './plan-data.ts';
import type { GatePlan, PlannedGate } from './plan-document.ts';
import type { PowerModel, Unknown } from './power-model.ts';
import { countLooks, findLeast, fromThereOn } from './search.ts';
import { type Suppositions, supposeBound, supposeGain } from './suppose.ts';

export interface PlanRequest {
  readonly model: string;
  readonly gates: readonly GateConfig[];
  readonly rows: number;
  readonly look: number;
  readonly holdout: { readonly alpha?: number | undefined; readonly looks?: number | undefined };
  readonly given: Suppositions;
  readonly predictions: Predictions | null;
  /** Whether the model file says that rows depend on each other. */
  readonly dependent: boolean;
  /** Whether it gives class shares that rows are weighed by. */
  readonly weighed?: boolean;
  readonly progress: (sentence: string) => void;
}

/** More looks than these are not counted. */
const mostLooks = 100;

export function planGates(request: PlanRequest): GatePlan {
  const { model, rows, look, predictions, given } = request;
  const positives = given.positives ?? shareOfOnes(given, predictions);
  const known = { ...request, given: { ...given, positives } };
  const gates = request.gates.map((gate) => planGate(gate, known));
  return { schemaVersion: 1, model, rows, look, positives, gates, notes: notesOf(known) };
}

function shareOfOnes({ task }: Suppositions, predictions: Predictions | null): number | null {
  if (task !== 'binary' || !predictions || predictions.labels.length === 0) return null;
  return predictions.labels.reduce((sum, label) => sum + label, 0) / predictions.labels.length;
}

function notesOf({ dependent, predictions }: PlanRequest): string[] {
  const passesByRule =
    'comparisons are planned as if there were a champion; while there is none yet they pass by rule';
  const independent =
    'rows depend on each other, says evaluation of the model file; chances of supposed values take them for independent, and are too high: give --predictions';
  const unlabelled = 'rows without a label are left out of what is drawn';
  return [
    passesByRule,
    ...(dependent ? [independent] : []),
    ...(predictions?.unlabelled ? [unlabelled] : []),
  ];
}

function planGate(gate: GateConfig, request: PlanRequest): PlannedGate {
  const base = {
    gate: gate.gate,
    kind: gate.kind,
    severity: gate.severity ?? 'block',
    rule: describeRule(gate),
    powerRange: null,
  };
  if (gate.kind === 'data') {
    const planned = planData(gate, request.rows, request.given.positives);
    const chance = planned.supposed && planned.power !== null ? ` ${percent(planned.power)} of the time` : '';
    const sentence = `${planned.sentence}${chance}`;
    return { ...base, ...planned, confidenceAsked: null, guards: [], sentence };
  }
  const asked = confidenceAt(gate, request.look, request);
  const guards = planGuards(gate, asked ?? null, { ...request, ...request.given });
  const found = modelOf(gate, request);
  if ('unknown' in found || asked === undefined) {
    const sentence =
      'unknown' in found ? `not known: ${found.unknown}` : 'no error is left at this look: nothing passes';
    const power = 'unknown' in found ? null : 0;
    return { ...base, ...noNumbers, power, guards, confidenceAsked: asked ?? null, sentence };
  }
  return { ...base, guards, confidenceAsked: asked, ...measure(gate, found, asked, request) };
}

const noNumbers = { method: null, supposed: null, minimumDetectable: null, rowsNeeded: null, looks: null };

/** Null where the measured value decides; undefined where no error is left. */
function confidenceAt(
  { confidence }: MetricGate | GapGate,
  look: number,
  { holdout }: PlanRequest,
): number | null | undefined {
  if (confidence === undefined) return null;
  return askConfidence(confidence, lookAgain(look, holdout.looks).share, holdout.alpha) ?? undefined;
}

function modelOf(gate: MetricGate | GapGate, request: PlanRequest): PowerModel | Unknown {
  const { given, predictions, progress } = request;
  if (gate.kind !== 'gap' && sourceOf(gate) === 'reported') {
    return { unknown: 'the job reports the number, and nobody knows how it would vary' };
  }
  const isSupposed =
    gate.kind === 'bound'
      ? given.challenger.has(gate.metric)
      : gate.kind !== 'gap' && given.gain.has(gate.metric);
  if (predictions && !isSupposed) return drawPower(gate, predictions, progress);
  if (request.weighed && gate.kind !== 'gap' && dependsOnShares(gate.metric)) {
    return {
      unknown: 'rows are weighed by evaluation.priors: give --predictions with the file of an earlier run',
    };
  }
  if (gate.kind === 'gap') {
    return {
      unknown: 'it hangs on the sizes of the groups: give --predictions with the file of an earlier run',
    };
  }
  return gate.kind === 'bound' ? supposeBound(gate, given, progress) : supposeGain(gate, given);
}

function findRows(
  { mostRows, passes, rangeOf }: PowerModel,
  start: number,
  asked: number | null,
): number | null {
  // What is counted in drawn worlds is not exact to so little.
  const [factors, within] = rangeOf ? [[1], 0.03] : [fromThereOn, 0.001];
  return findLeast({ most: mostRows, start, within }, (count) =>
    Math.min(...factors.map((factor) => passes(Math.ceil(count * factor), asked))),
  );
}

type Measured = Pick<
  PlannedGate,
  'method' | 'supposed' | 'power' | 'powerRange' | 'minimumDetectable' | 'rowsNeeded' | 'looks' | 'sentence'
>;

function measure(
  gate: MetricGate | GapGate,
  model: PowerModel,
  asked: number | null,
  request: PlanRequest,
): Measured {
  const { rows } = request;
  const power = model.passes(rows, asked);
  const powerAt = (look: number): number => {
    const confidence = confidenceAt(gate, look, request);
    return confidence === undefined ? 0 : model.passes(rows, confidence);
  };
  const found = {
    method: model.method,
    supposed: { value: model.value, limit: model.limit, because: model.because },
    power,
    powerRange: model.rangeOf?.(power) ?? null,
    minimumDetectable: model.detectable(rows, asked),
    rowsNeeded: findRows(model, rows, asked),
    looks: asked === null ? null : countLooks(mostLooks, powerAt),
  };
  return { ...found, sentence: describe(gate, found, asked, model.mostRows) };
}

function describe(
  gate: MetricGate | GapGate,
  found: Omit<Measured, 'sentence'>,
  asked: number | null,
  mostRows: number,
): string {
  const { supposed, power, rowsNeeded, looks } = found;
  const what = gate.kind === 'against-champion' ? `a gain in ${gate.metric} of` : gate.metric;
  const certainty = asked === null ? 'as measured' : `with ${describeConfidence(asked)} confidence`;
  const parts = [
    `${what} ${show(supposed!.value)} against a limit of ${show(supposed!.limit)} would pass ${percent(power!)} of the time ${certainty}`,
    ...tellDistance(found),
    rowsNeeded === null
      ? `${mostRows} rows would not do for that`
      : `about ${counted(rowsNeeded, 'row')} would do for this one`,
  ];
  if (looks === null) return parts.join('; ');
  const lasts =
    looks === 0
      ? 'not even a first look does'
      : `it does at ${looks >= mostLooks ? `${mostLooks} or more looks` : counted(looks, 'look')} at the same rows`;
  return [...parts, lasts].join('; ');
}

/** Of drawn worlds without an interval there is none to tell. */
function tellDistance({ minimumDetectable, powerRange }: Omit<Measured, 'sentence'>): string[] {
  if (minimumDetectable !== null) {
    return [`a true distance of ${show(minimumDetectable)} from the limit would pass 8 times in 10`];
  }
  return powerRange ? [] : ['no distance from the limit would pass 8 times in 10'];
}

/** `87.3 %`; never rounded to certainty. */
function percent(chance: number): string {
  if (chance > 0.9995) return chance === 1 ? '100 %' : 'over 99.9 %';
  if (chance > 0 && chance < 0.0005) return 'under 0.1 %';
  return `${(100 * chance).toFixed(1)} %`;
}
