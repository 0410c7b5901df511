import {
  type AgainstChampionGate,
  type GateConfig,
  type MetricGate,
  sourceOf,
} from '../config/gate-schema.ts';
import { findMetric, parseMetricName } from '../config/metric-catalog.ts';
import { type GateResult, type SliceResult, type Verdict, worst } from '../domain/gate-report.ts';
import { counted } from '../domain/plural.ts';
import { askOfLook, type HoldoutLook, limitByLook } from './ask-of-look.ts';
import { boundUnlabelled, describeUnlabelled, withWorstLabels } from './bound-unlabelled.ts';
import { computeMetric } from './compute-metric.ts';
import { decide, type RuleVerdict, unmeasured } from './decide.ts';
import { describeRule } from './describe-rule.ts';
import type { Evidence, Side } from './evidence.ts';
import { findTooFew, measureSample } from './find-too-few.ts';
import { judgeData } from './judge-data.ts';
import { judgeGap } from './judge-gap.ts';
import { findAbsent, judgeSlices } from './judge-slices.ts';
import { measureGate, show } from './measure-gate.ts';
import { suggestAlike } from './predictions/spellings.ts';
import { weighByPriors } from './priors.ts';
import type { Rows } from './rows.ts';
import { describeBy, findSlices, type SlicesOfGate } from './slice-column.ts';
import { worstOfGap } from './worst-gaps.ts';

interface GateContext {
  readonly evidence: Evidence;
  /** Whether labels are said to be missing by chance: then nothing is asked of the worst that they could be. */
  readonly missingAtRandom?: boolean;
  readonly hasChampion: boolean;
  /** The look at the holdout that judging is; null where none is counted. */
  readonly look: HoldoutLook | null;
}

/** Judges one gate. Never throws; what is missing is an `error`, too few rows are `inconclusive`. */
export function judgeGate(gate: GateConfig, context: GateContext): GateResult {
  const { look } = context;
  const asks = askOfLook(gate, context.hasChampion, look);
  // Where no error is left the numbers are those of the gate's own confidence; they pass nothing.
  const asked = asks?.confidenceAsked ? { ...gate, confidence: asks.confidenceAsked } : gate;
  const { whole, slices, folded } = judgeAsked(asked, context);
  const by = gate.kind === 'data' ? undefined : gate.slices?.by;
  const unlabelled = whole.estimate === null ? null : boundUnlabelled(gate, context.evidence.predictions);
  const limited = look && asks && whole.estimate !== null ? limitByLook(folded, gate, asks, look) : folded;
  const words = unlabelled ? describeUnlabelled(gate, unlabelled.bounds, unlabelled.known) : '';
  const stays = unlabelled && limited.verdict === 'passed' ? findUnsure(asked, context) : null;
  const verdict = stays === null ? limited.verdict : 'inconclusive';
  return {
    gate: gate.gate,
    kind: gate.kind,
    metric: subjectOf(gate),
    severity: gate.severity ?? 'block',
    rule: describeRule(gate, context.evidence.predictions?.rule),
    ...whole,
    verdict,
    sentence: `${limited.sentence}${words}${stays ?? ''}`,
    holdout: asks,
    unlabelled: unlabelled?.bounds ?? null,
    slices: by && slices && typeof slices !== 'string' ? { by: describeBy(by), results: slices } : null,
  };
}

/**
 * Why a gate that passes over the rows with a label does not, whatever the others' labels are; null where it does, or where
 * these are said to be missing by chance.
 */
function findUnsure(gate: GateConfig, context: GateContext): string | null {
  const { predictions } = context.evidence;
  if (context.missingAtRandom || gate.kind === 'data' || !predictions) return null;
  const advice =
    'label them, or say that labels are missing by chance: unlabelledShare with assume: missing-at-random';
  const worlds = gate.kind === 'gap' ? worstOfGap(gate, predictions) : [withWorstLabels(gate, predictions)];
  for (const rows of worlds) {
    if ('why' in rows) return `; ${rows.why}, so it is not shown: ${advice}`;
    const { folded } = judgeAsked(gate, { ...context, evidence: { ...context.evidence, predictions: rows } });
    if (folded.verdict !== 'passed') return `; with the worst labels it is not shown: ${advice}`;
  }
  return null;
}

/** What a gate is about: a metric, or what of the rows. */
function subjectOf(gate: GateConfig): string {
  if (gate.kind !== 'data') return gate.metric;
  if (gate.rows) return 'rows';
  if (gate.unlabelledShare) return 'unlabelled_share';
  return gate.labelBalance ? 'label_share' : 'overlap';
}

interface Judged {
  readonly whole: RuleVerdict;
  readonly slices: readonly SliceResult[] | string | null;
  readonly folded: { readonly verdict: Verdict; readonly sentence: string };
}

function judgeAsked(gate: GateConfig, context: GateContext): Judged {
  if (gate.kind === 'data') {
    const whole = judgeData(gate, context.evidence);
    return { whole, slices: null, folded: { verdict: whole.verdict, sentence: whole.sentence } };
  }
  if (gate.kind === 'gap') {
    const { whole, groups } = judgeGap(gate, context.evidence);
    return { whole, slices: groups, folded: { verdict: whole.verdict, sentence: whole.sentence } };
  }
  const whole = judgeWhole(gate, context);
  const slices = gate.slices ? sliceGate(gate, gate.slices, whole, context) : null;
  return { whole, slices, folded: fold(whole, slices, gate) };
}

/** The rule over all rows. */
function judgeWhole(gate: MetricGate, { evidence, hasChampion }: GateContext): RuleVerdict {
  const fromRows = sourceOf(gate) === 'predictions';
  const rows = fromRows ? weighByPriors(gate.metric, evidence.predictions) : null;
  if (fromRows && !rows) return missing(gate, 'challenger', ': it is computed from predictions');
  const numberOf = (side: Side): number | null =>
    rows ? computeMetric(rows, side, gate.metric) : evidence.reported(side, gate.metric);
  const challenger = numberOf('challenger');
  if (challenger === null)
    return missing(gate, 'challenger', rows ? tellAbsent(gate, 'challenger', rows) : '');
  const count = evidence.predictions?.labels.length ?? null;
  const sample = rows && measureSample(gate, rows);
  const effectiveRows = sample?.effective ?? null;
  // Rows are counted where there are rows; a gate on reported metrics alone cannot count them.
  const counted = rows ?? evidence.predictions;
  const few = counted && findTooFew(gate, counted, { ...gate, who: 'the gate' });
  if (few !== null) {
    const champion = numberOf('champion');
    const sentence = `${gate.metric}: ${few}`;
    return {
      ...unmeasured,
      verdict: 'inconclusive',
      sentence,
      challenger,
      champion,
      n: count,
      effectiveRows,
    };
  }
  const early =
    gate.kind === 'against-champion' ? judgeWithoutComparing(gate, challenger, hasChampion) : null;
  if (early) return { ...early, n: rows && count, effectiveRows };
  const measured = measureGate(gate, rows ? { rows } : { reported: evidence.reported });
  if ('missing' in measured)
    return missing(gate, measured.missing, rows ? tellAbsent(gate, measured.missing, rows) : '');
  return decide(sample ? { ...measured, sample } : measured, gate.confidence);
}

/** Of a metric of intervals, which columns they would be in; of one class that is none of the file's, which one looks alike. */
function tellAbsent({ metric }: MetricGate, side: Side, { classes, intervals }: Rows): string {
  if (metric.startsWith('interval_') && !intervals?.[side]) {
    return `: its intervals are the columns ${side}:lower and ${side}:upper of the predictions, and there are none`;
  }
  const name = parseMetricName(metric)?.className;
  if (!classes || !name || classes.names.includes(name)) return '';
  return `: no row has the label ${JSON.stringify(name)}, and no side decides for it${suggestAlike(name, classes.names)}`;
}

/** Where nothing can be compared: the direction is not known, or there is no champion yet. */
function judgeWithoutComparing(
  gate: AgainstChampionGate,
  challenger: number,
  hasChampion: boolean,
): RuleVerdict | null {
  if (!findMetric(gate.metric) && gate.better === undefined) {
    const sentence = `${gate.metric}: the gate does not say which way is better; set better`;
    return { ...unmeasured, verdict: 'error', sentence, challenger };
  }
  if (hasChampion) return null;
  const sentence = `${gate.metric} ${show(challenger)}: no champion yet to compare with`;
  return { ...unmeasured, verdict: 'passed', sentence, challenger };
}

function sliceGate(
  gate: MetricGate,
  slices: SlicesOfGate,
  whole: RuleVerdict,
  { evidence }: GateContext,
): readonly SliceResult[] | string | null {
  if (whole.estimate !== null) {
    return evidence.predictions
      ? judgeSlices(gate, slices, weighByPriors(gate.metric, evidence.predictions))
      : 'there are no rows to slice';
  }
  // What passes by rule still has the slices it requires.
  if (!slices.require || whole.verdict !== 'passed' || !evidence.predictions) return null;
  const rowsOf = findSlices(evidence.predictions, slices.by);
  if (typeof rowsOf === 'string') return rowsOf;
  const absent = findAbsent(slices, rowsOf);
  return absent.length > 0 ? absent : null;
}

/** The worse of the whole and its slices, with its sentence. */
function fold(
  whole: RuleVerdict,
  slices: readonly SliceResult[] | string | null,
  { severity }: MetricGate,
): { verdict: Verdict; sentence: string } {
  if (slices === null) return { verdict: whole.verdict, sentence: whole.sentence };
  if (typeof slices === 'string') return { verdict: 'error', sentence: slices };
  const judged = slices.filter(({ verdict }) => verdict !== 'ignored');
  const deciding = worst<RuleVerdict | SliceResult>([whole, ...judged])!;
  const ignored = slices.length - judged.length;
  const rest = ignored > 0 ? `, ${ignored} too small to judge` : '';
  if (!('slice' in deciding)) {
    const each = severity === 'warn' ? '' : ', each by itself, since all must';
    const so =
      judged.length > 0
        ? `; so in ${counted(judged.length, 'slice')}${each}${rest}`
        : `; no slice judged${rest}`;
    const holds = whole.verdict === 'passed' ? so : '';
    return { verdict: whole.verdict, sentence: `${whole.sentence}${holds}` };
  }
  const alike = judged.filter(({ verdict }) => verdict === deciding.verdict).length;
  const what = deciding.verdict === 'error' ? 'missing' : deciding.verdict;
  const sentence = `${alike} of ${counted(slices.length, 'slice')} ${what}, first ${JSON.stringify(deciding.slice)}: ${deciding.sentence}`;
  return { verdict: deciding.verdict as Verdict, sentence };
}

function missing(gate: MetricGate, side: Side, why = ''): RuleVerdict {
  const sentence = `${gate.metric} of the ${side} is missing or undefined${why}`;
  return { ...unmeasured, verdict: 'error', sentence };
}
