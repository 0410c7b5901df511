/** The terms of advice in plain words, with their numbers. Pure. */
import type { AdviceTerm } from '../domain/advice.ts';
import { counted } from '../domain/plural.ts';

const round = (value: number): string => String(Number(value.toPrecision(3)));
const days = (value: number): string => `${round(value)} ${round(value) === '1' ? 'day' : 'days'}`;
const percent = (share: number): string => `${round(100 * share)} %`;

export class Words {
  readonly #unit: string;
  readonly #beyond: string;

  constructor(metric: string, side: 'below' | 'above', reference: number) {
    this.#unit = `${metric} days`;
    this.#beyond = `${metric} ${side} ${reference}`;
  }

  cost(hours: number, runs: number, rows: number, pricePerHour: number | undefined): AdviceTerm {
    const price = pricePerHour === undefined ? '' : `, ${round(hours * pricePerHour)} in money`;
    const from =
      runs === 0
        ? 'what the timeouts of its jobs allow; no past run has known hours'
        : `learnt from ${counted(runs, 'run')} and the rows they had, ${counted(rows, 'row')} by now`;
    return {
      ...{ term: 'cost', value: hours, unit: 'hours' },
      sentence: `A run is expected to take ${round(hours)} hours of jobs${price}: ${from}.`,
    };
  }

  queue(queue: number, { rate, from }: { readonly rate: number; readonly from: string }): AdviceTerm {
    const stands =
      queue > 0
        ? `Runs are ${round(queue)} hours ahead of it, which it takes ${days(queue / rate)} to make up for`
        : `Runs are not ahead of it: ${round(Math.abs(queue))} hours have been saved and may be spent`;
    return {
      ...{ term: 'queue', value: queue, unit: 'hours' },
      sentence: `The spending rate is ${round(rate)} hours a day, by ${from}. ${stands}.`,
    };
  }

  promotion({ chance, promoted, ended }: { chance: number; promoted: number; ended: number }): AdviceTerm {
    return {
      ...{ term: 'promotion', value: chance, unit: 'share' },
      sentence: `A run is promoted with a chance of ${percent(chance)}: ${promoted} of ${counted(ended, 'run')} were, and one of each kind is counted beside them.`,
    };
  }

  excess(excess: { sum: number; error: number; days: number; windows: number; level: number }): AdviceTerm {
    const { sum, error, days: lasts, windows, level } = excess;
    const sure = `of which ${round(Math.max(0, sum - error))} are sure (less one standard error), ${round(Math.max(0, level))} a day`;
    return {
      ...{ term: 'excess', value: sum, unit: this.#unit },
      sentence:
        lasts === 0
          ? `No loss has come together: no ${this.#beyond} that lasts.`
          : `${this.#beyond} has come together to ${round(sum)} ${this.#unit} in ${days(lasts)} (${counted(windows, 'window')}, standard error ${round(error)}), ${sure}.`,
    };
  }

  age(
    {
      slope,
      error,
      versions,
      windows,
    }: { slope: number | null; error: number; versions: number; windows: number },
    sure: number,
    adds: number,
  ): AdviceTerm {
    const from = `${counted(windows, 'window')} of ${counted(versions, 'version')}`;
    return {
      ...{ term: 'age', value: slope === null ? null : adds, unit: this.#unit },
      sentence:
        slope === null
          ? `How a version ages is not known yet (${from}), and counts as nothing.`
          : `A version moves ${round(slope)} a day towards the bad side as it ages (standard error ${round(error)}, from ${from}); ${round(sure)} of that is sure, and adds ${round(adds)} ${this.#unit} to the gain.`,
    };
  }

  gain(gain: number, start: { level: number; versions: number }, windowDays: number): AdviceTerm {
    return {
      ...{ term: 'gain', value: gain, unit: this.#unit },
      sentence: `Over the next ${days(windowDays)} a new version would leave out ${round(gain)} ${this.#unit} of loss, if it starts as ${counted(start.versions, 'version')} did, at the threshold at worst: ${round(Math.abs(start.level))} on the good side.`,
    };
  }

  exchange(exchange: number | null, changes: number, spent: number): AdviceTerm {
    return {
      ...{ term: 'exchange', value: exchange, unit: `${this.#unit} an hour` },
      sentence:
        exchange === null
          ? `What an hour of a promoted run brings is not known yet: ${counted(changes, 'change')} of the champion, ${round(spent)} hours of such runs.`
          : `An hour of a promoted run has brought ${round(exchange)} ${this.#unit} so far: ${counted(changes, 'change')} of the champion, ${round(spent)} hours of such runs.`,
    };
  }

  price({ money, lossPerDay, loss }: { money: number; lossPerDay: number; loss: number }): AdviceTerm {
    return {
      ...{ term: 'price', value: loss, unit: this.#unit },
      sentence: `A run costs ${round(money)} in money, as much as ${round(loss)} ${this.#unit} of loss at ${round(lossPerDay)} each.`,
    };
  }

  nothingToGain(): string {
    return 'Wait: there is no sure loss that a new version would leave out.';
  }

  underWay(): string {
    return 'Wait: a run is under way.';
  }

  costsMore(expected: number, price: number): string {
    return `Wait: ${round(expected)} ${this.#unit} of loss are expected to be left out, and a run costs as much as ${round(price)}.`;
  }

  untilLost(lost: number, price: number): string {
    return `Wait: a run costs as much as ${round(price)} ${this.#unit} of loss, and pays once so much has come together that one would have left out; by now ${round(lost)} surely have.`;
  }

  saved(expected: number): string {
    return `Retrain: ${round(expected)} ${this.#unit} of loss are expected to be left out, and the spending rate has hours to spare.`;
  }

  untilSaved(expected: number, wait: number): string {
    return `Wait ${days(wait)}: ${round(expected)} ${this.#unit} of loss are expected to be left out, but the hours are spent by then, and what an hour brings is not known yet.`;
  }

  worth(expected: number, needed: number, queue: number): string {
    return `Retrain: ${round(expected)} ${this.#unit} of loss are expected to be left out, more than the ${round(needed)} that the ${round(queue)} hours spent ahead of the rate bring as a rule.`;
  }

  tooDear(expected: number, needed: number, wait: number): string {
    return `Wait: ${round(expected)} ${this.#unit} of loss are expected to be left out, less than the ${round(needed)} that the hours spent ahead of the rate bring as a rule. As things stand it pays in ${days(wait)}.`;
  }
}
