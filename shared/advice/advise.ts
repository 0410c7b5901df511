/**
 * Whether retraining now would pay. Pure.
 *
 * Owns: the answer and the terms it is made of. Does not own: whether a run may start: advice lifts no hold, and as a signal it goes
 * through admission like any other (shared/admission).
 *
 * The expected gain of a run is the loss that is left out, over the window that the budget is for, if a version as past ones were at
 * their start, or at the threshold where that is worse, takes the place of the champion: the sure excess of today carried on, and the excess that ageing adds. It is
 * multiplied by the observed chance that a run is promoted. Against it stand the hours that were spent ahead of the rate, each worth
 * what an hour of promoted runs has brought so far. So nothing is spent without a sure gain; what the rate has saved is spent for any; and
 * before that for a gain that is worth it.
 *
 * Where the file says what a loss costs, a run must pay, too: the expected gain is worth its price, and as much has been lost already, by what
 * is sure times the chance of a promotion. That is the break-even rule of ski rental (Karlin, Manasse, Rudolph and Sleator, Algorithmica 3,
 * 1988): who pays the price once as much has been paid without it pays at most twice what who knew the future would. The dearer a run,
 * the more of what came after a change there is to train on, too.
 *
 * Comparing the expected regret of waiting with the cost of retraining is common to CARA
 * (Mahadevan and Mathioudakis, arXiv 2310.04216), UPF (Regol and others, ICML 2025) and Katz (arXiv 2604.06438); they have the
 * price of loss in cost told, here it follows from the budget: as RCCDA (arXiv 2505.24149) does by its queue.
 *
 * Invariants
 * 1. Deterministic, and nothing of after `at` counts.
 * 2. Where a term is not known, the answer is `cannot-say` with the reason, or the term counts as nothing and says so.
 * 3. A dearer last run, less budget, fewer promotions, larger standard errors, a dearer hour or a cheaper loss never make it `retrain`.
 */
import { estimateHours } from '../config/estimate.ts';
import type { ModelConfig } from '../config/schema.ts';
import type { Advice, AdviceTerm } from '../domain/advice.ts';
import { learnAgeing, learnGains, learnStart } from './age.ts';
import { allowanceOf, predictHours, priceOf, promotedHours, promotionOf, queueOf } from './cost.ts';
import { sumExcess } from './excess.ts';
import { cutToMoment, type Past } from './known-past.ts';
import { windowsOf } from './windows.ts';
import { Words } from './words.ts';

export function advise(config: ModelConfig, everything: Past, at: string): Advice {
  const past = cutToMoment(everything, at);
  const terms: AdviceTerm[] = [];
  const cannotSay = (why: string): Advice => ({
    ...{ answer: 'cannot-say', at, terms },
    sentence: `It cannot be said whether retraining pays: ${why}.`,
  });
  const [rule] = config.triggers.metrics;
  if (!rule) return cannotSay('no rule of triggers.metrics says from when on the model is bad');
  const { metric, below, above, valueIs } = rule;
  const [side, reference] = below === undefined ? (['above', above!] as const) : (['below', below] as const);
  const words = new Words(metric, side, reference);

  const { hours, runs: learnt, rows } = predictHours(past, estimateHours(config, 'retrain'));
  terms.push(words.cost(hours, learnt, rows, config.policy.budget?.pricePerHour));
  const allowance = allowanceOf(config.policy, hours);
  if (!allowance) return cannotSay('neither policy.budget nor policy.mostRuns says what may be spent');
  const { rate, windowDays } = allowance;
  const queue = queueOf(past, allowance, hours, at);
  terms.push(words.queue(queue, allowance));
  const promotion = promotionOf(past);
  terms.push(words.promotion(promotion));

  const champion = past.champions.at(-1);
  if (!champion) return cannotSay('there is no champion yet');
  const windows = windowsOf(past, { metric, side, reference, valueIs });
  const own = windows.filter((window) => window.version === champion.version && window.at > champion.from);
  if (own.length === 0) return cannotSay(`no report of ${metric} has come since version ${champion.version}`);
  if (own.some(({ error }) => error === null)) {
    return cannotSay(
      `nothing says how sure ${metric} is: reports have no standard errors, and too few windows to learn the spread from`,
    );
  }
  const excess = sumExcess(own);
  terms.push(words.excess(excess));
  const ageing = learnAgeing(windows);
  const start = learnStart(windows);
  const slope = Math.max(0, (ageing.slope ?? 0) - ageing.error);
  const atStart = lossAhead(start.level, 0, windowDays);
  const byExcess = Math.max(0, lossAhead(excess.level, 0, windowDays) - atStart);
  const gain = Math.max(
    0,
    lossAhead(excess.level, slope, windowDays) - lossAhead(start.level, slope, windowDays),
  );
  terms.push(words.age(ageing, slope, Math.max(0, gain - byExcess)));
  terms.push(words.gain(gain, start, windowDays));

  const gains = learnGains(windows);
  const spent = promotedHours(past, hours);
  const exchange = gains.sum > 0 && spent > 0 ? (gains.sum * windowDays) / spent : null;
  terms.push(words.exchange(exchange, gains.changes, spent));
  const price = priceOf(config.policy, hours);
  if (price) terms.push(words.price(price));
  const lost = promotion.chance * Math.max(0, excess.sum - excess.error);
  const { answer, sentence } = decide({
    ...{ expected: promotion.chance * gain, lost, price: price?.loss ?? 0, queue, exchange, rate, words },
    isRunning: past.runs.some(({ endedAt }) => endedAt === null),
  });
  return { answer, at, sentence, ...(excess.since !== null && { since: excess.since }), terms };
}

interface Weighed {
  /** The gain times the chance of a promotion. */
  readonly expected: number;
  /** What is sure of the excess times the chance of a promotion. */
  readonly lost: number;
  /** Loss that costs as much as a run; 0: nothing says what a loss costs. */
  readonly price: number;
  readonly queue: number;
  readonly exchange: number | null;
  readonly rate: number;
  readonly words: Words;
  readonly isRunning: boolean;
}

function decide({
  expected,
  lost,
  price,
  queue,
  exchange,
  rate,
  words,
  isRunning,
}: Weighed): Pick<Advice, 'answer' | 'sentence'> {
  if (!(expected > 0)) return { answer: 'wait', sentence: words.nothingToGain() };
  if (isRunning) return { answer: 'wait', sentence: words.underWay() };
  if (expected < price) return { answer: 'wait', sentence: words.costsMore(expected, price) };
  if (lost < price) return { answer: 'wait', sentence: words.untilLost(lost, price) };
  if (queue <= 0) return { answer: 'retrain', sentence: words.saved(expected) };
  if (exchange === null) return { answer: 'wait', sentence: words.untilSaved(expected, queue / rate) };
  const needed = exchange * queue;
  if (expected >= needed) return { answer: 'retrain', sentence: words.worth(expected, needed, queue) };
  return { answer: 'wait', sentence: words.tooDear(expected, needed, (queue - expected / exchange) / rate) };
}

/** The loss of so many days of a version that is so far beyond the reference today and moves on by `slope` each day. */
function lossAhead(level: number, slope: number, days: number): number {
  if (level >= 0) return level * days + (slope * days * days) / 2;
  const left = slope === 0 ? 0 : Math.max(0, days + level / slope);
  return (slope * left * left) / 2;
}
