/**
 * The values of a trial's hyperparameters. Pure: the same sweep, seed and number give the same values, so that a restart goes on
 * with what it had begun.
 *
 * Source of what each distribution means: "Hyperparameter tuning a model (v2)", Define the search space.
 */
import { createHash } from 'node:crypto';

type Expression = readonly [string, readonly unknown[]];
type Space = Readonly<Record<string, Expression>>;
export type Value = string | number;

/** In how many ways choices can be put together. */
export function gridSize(space: Space): number {
  return Object.values(space).reduce((product, expression) => product * choicesOf(expression).length, 1);
}

/** The combination of that number: the last hyperparameter changes first. */
export function pointOfGrid(space: Space, trial: number): Record<string, Value> {
  let rest = trial;
  const point: [string, Value][] = [];
  for (const [name, expression] of Object.entries(space).reverse()) {
    const choices = choicesOf(expression);
    point.push([name, choices[rest % choices.length]!]);
    rest = Math.floor(rest / choices.length);
  }
  return Object.fromEntries(point.reverse());
}

export function drawPoint(space: Space, seed: string, trial: number): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(space).map(([name, expression]) => {
      const chances = [0, 1].map((nth) => chanceOf(JSON.stringify([seed, trial, name, nth])));
      return [name, draw(expression, chances[0]!, chances[1]!)];
    }),
  );
}

function draw(expression: Expression, first: number, second: number): Value {
  const [type, args] = expression;
  const [a = 0, b = 0, step = 1] = args as readonly number[];
  switch (type) {
    case 'choice': {
      const choices = choicesOf(expression);
      return choices[Math.floor(first * choices.length)]!;
    }
    case 'randint':
      return Math.floor(first * a);
    case 'uniform':
      return a + first * (b - a);
    case 'quniform':
      return rounded(a + first * (b - a), step);
    case 'loguniform':
      return Math.exp(a + first * (b - a));
    case 'qloguniform':
      return rounded(Math.exp(a + first * (b - a)), step);
    case 'normal':
      return a + b * standardNormal(first, second);
    case 'qnormal':
      return rounded(a + b * standardNormal(first, second), step);
    case 'lognormal':
      return Math.exp(a + b * standardNormal(first, second));
    case 'qlognormal':
      return rounded(Math.exp(a + b * standardNormal(first, second)), step);
    default:
      throw new Error(`${type}: accepted, and nobody draws from it`);
  }
}

const rounded = (value: number, step: number): number =>
  Number((Math.round(value / step) * step).toPrecision(12));

/** Box and Muller's: two even chances make a normal one. */
function standardNormal(first: number, second: number): number {
  return Math.sqrt(-2 * Math.log(1 - first)) * Math.cos(2 * Math.PI * second);
}

/** From 0 up to 1, which is left out. */
function chanceOf(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6) / 2 ** 48;
}

function choicesOf([, [choices]]: Expression): readonly Value[] {
  return choices as readonly Value[];
}
