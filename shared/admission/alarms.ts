/**
 * Whether a value that lies beyond its threshold raises an alarm: sure by itself, and sure among all windows of its rule. Pure.
 *
 * A rule that is judged a thousand times errs a thousand times as often. So the windows of a rule are weighed together, for each
 * champion anew. The weight starts at nothing; with each window the chance that the fall begins here is added, and all is
 * multiplied by how much likelier the value is after a fall than without: odds = (odds + gamma(n)) * likelihood ratio. That is a
 * mixture over when the fall began (Shin, Ramdas and Rinaldo, "E-detectors: a nonparametric framework for sequential change
 * detection", New England Journal of Statistics in Data Science 2(2), 2024), and over how deep it is (`shifts`). While the true
 * values are never beyond the threshold, the chance that it ever comes to 1 / alpha is alpha at most, however long the champion
 * serves (Ville's inequality: Ramdas, Gruenwald, Vovk and Shafer, "Game-theoretic statistics and safe anytime-valid inference",
 * Statistical Science 38(4), 2023): whatever the windows depend on, as long as the rows of each are new.
 *
 * Why e-values: online procedures over p-values (LOND, SAFFRON) judge each window by itself, and a small fall that each window
 * leaves in doubt is never found; weighed together it is. `npm run bench:alarms` has both.
 *
 * Invariants
 * 1. Every test counts, and a signal that comes again is none. Deterministic; the state is a few numbers a rule.
 * 2. An alarm needs a value whose own interval lies wholly beyond the threshold.
 * 3. The odds are never kept above what an alarm takes: once the model is good again, they fall below it with the next good window.
 * 4. The tests of one champion say nothing of the next: a new champion begins a new series.
 * 5. What all rules are held to together comes with each test (`together`), so that nobody else is asked.
 *
 * Over all rules: of K rules of which m may have a false alarm, each has to come to K / m. It does so falsely with a chance of
 * m / K at most, so that m of them do in expectation, and any with a chance of m at most, whatever models depend on of each other:
 * a union bound, Bonferroni's, over e-values. Procedures for the share of false alarms ask less once others have been raised (e-BH:
 * Wang and Ramdas, "False discovery rate control with e-values", J. Royal Statist. Soc. B 84(3), 2022; e-LOND: Xu and Ramdas,
 * "Online multiple testing with e-values", AISTATS 2024). They have to know all others at each breach, and stop a
 * series at a moment that windows of other models decide: its odds are a fair bet given the past of its own windows, and need not be
 * given everybody's (Choe and Ramdas, "Combining evidence across filtrations", arXiv 2402.09698, 2024). K / m is there beforehand.
 */
import {
  type AlarmSeries,
  type BreachTest,
  type Evidence,
  seriesAtMost,
  shifts,
} from '../domain/breach-test.ts';
import type { ModelState } from '../domain/model-state.ts';
import { counted } from '../domain/plural.ts';

/** Of Javanmard and Montanari, Annals of Statistics 46(2), 2018, equation 31: the chances sum to 0.976. */
const scale = 0.07720838;

/** The chance, before anything is known, that a fall begins with the n-th window, from the first on. */
export function gammaOf(test: number): number {
  return (scale * Math.log(Math.max(test, 2))) / (test * Math.exp(Math.sqrt(Math.log(test))));
}

/** How the tests of a cause stand. */
function seriesOf({ alarms, champion }: ModelState, cause: string): AlarmSeries {
  const version = champion?.version ?? null;
  const known = alarms?.[cause];
  if (known?.champion === version) return known;
  return { champion: version, tests: 0, alarms: 0, odds: shifts.map(() => 0) };
}

export type AlarmJudgement =
  | { readonly raised: true }
  /** Why not, and what would change that. */
  | { readonly raised: false; readonly because: string; readonly changedBy: string };

export function judgeAlarm(
  state: ModelState,
  cause: string,
  test: BreachTest,
): { readonly state: ModelState; readonly judgement: AlarmJudgement } {
  if ('cannotSay' in test) {
    const because = `it cannot be said whether the true value lies beyond the threshold: ${test.cannotSay}`;
    const changedBy = 'A value that comes with its standard error, or a rule without confidence.';
    return { state, judgement: { raised: false, because, changedBy } };
  }
  const { p, alpha, evidence, together: all } = test;
  const before = seriesOf(state, cause);
  const odds = weigh(before, evidence);
  const together = odds.reduce((sum, each) => sum + each, 0) / odds.length;
  const needed = Math.max(1 / alpha, all ? all.rules / all.falseAlarms : 0);
  const isSure = p <= alpha;
  const raised = isSure && together >= needed;
  const kept = together > needed ? odds.map((each) => (each * needed) / together) : odds;
  const { champion, tests, alarms } = before;
  const series = { champion, tests: tests + 1, alarms: alarms + Number(raised), odds: kept };
  const judgement = raised
    ? { raised }
    : isSure
      ? tooEarly(series, together, needed, test)
      : tooNear(p, alpha);
  return { state: keepSeries(state, cause, series), judgement };
}

/** A window that is not beyond its threshold is a test as well, which speaks against a fall. */
export function noteTest(state: ModelState, cause: string, evidence: Evidence): ModelState {
  const before = seriesOf(state, cause);
  const { tests } = before;
  return keepSeries(state, cause, { ...before, tests: tests + 1, odds: weigh(before, evidence) });
}

function weigh({ tests, odds }: AlarmSeries, evidence: Evidence): readonly number[] {
  const begins = gammaOf(tests + 1);
  return shifts.map((_, at) => ((odds[at] ?? 0) + begins) * Math.exp(evidence[at] ?? 0));
}

function tooNear(p: number, alpha: number): AlarmJudgement {
  const because = `a value so far beyond the threshold comes up by chance in ${percent(p)} of windows, and the rule takes ${percent(alpha)} at most (confidence ${round(1 - alpha)})`;
  return {
    raised: false,
    because,
    changedBy: 'A value further beyond the threshold, or the same over more rows.',
  };
}

function tooEarly(
  { tests, champion }: AlarmSeries,
  together: number,
  needed: number,
  { alpha, together: all }: Extract<BreachTest, { alpha: number }>,
): AlarmJudgement {
  const why =
    all && needed > 1 / alpha
      ? `falseAlarms of the fleet file: ${all.falseAlarms} in expectation of the ${counted(all.rules, 'rule')} with a confidence in all model files`
      : `confidence ${round(1 - alpha)}`;
  const since = champion === null ? '' : ` since version ${champion} came`;
  const because = `over the ${counted(tests, 'window')} of the rule${since} it is ${round(together)} times as likely that the value lies beyond the threshold as that this is chance, and an alarm takes ${round(needed)} times (${why})`;
  return {
    raised: false,
    because,
    changedBy: 'Another window beyond the threshold, or a value further beyond it.',
  };
}

function keepSeries(state: ModelState, cause: string, series: AlarmSeries): ModelState {
  const { [cause]: _, ...known } = state.alarms ?? {};
  const others: Record<string, AlarmSeries> = known;
  // The cause tested last comes last: the one that nobody has tested for longest makes room.
  const names = Object.keys(others);
  if (names.length >= seriesAtMost) delete others[names[0]!];
  return { ...state, alarms: { ...others, [cause]: series } };
}

const round = (value: number): string => String(Number(value.toPrecision(3)));
const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;
