/** The rows with a label and those without one, together. */
import type { Side } from './evidence.ts';
import { mapIntervals, mapProbabilities, type Predictions, type Rows, type SliceColumn } from './rows.ts';

/** The columns of slices with the numbers that rows have once they are joined. */
export function joinSlices({ slices, labels }: Predictions): ReadonlyMap<string, SliceColumn> {
  const joinColumn = ({ rowsOf, unlabelled, overflow }: SliceColumn): SliceColumn => ({
    overflow,
    rowsOf: new Map(
      [...rowsOf].map(([value, rows]) => {
        const others = (unlabelled?.get(value) ?? new Uint32Array()).map((row) => row + labels.length);
        const all = new Uint32Array(rows.length + others.length);
        all.set(rows);
        all.set(others, rows.length);
        return [value, all];
      }),
    ),
  });
  return new Map([...slices].map(([name, column]) => [name, joinColumn(column)]));
}

/** All rows, those without a label with these. */
export const withLabels = (predictions: Predictions, labels: Float64Array): Rows =>
  joinRows(predictions, { ...predictions.unlabelled!, labels });

function joinRows(first: Rows, second: Rows): Rows {
  const join = (one: Float64Array, other: Float64Array): Float64Array => {
    const both = new Float64Array(one.length + other.length);
    both.set(one);
    both.set(other, one.length);
    return both;
  };
  const joinSides = (side: Side) => {
    const columns = second.classes?.[side].probabilities?.values();
    return mapProbabilities(first.classes![side], (column) => join(column, columns!.next().value!));
  };
  const ends = second.intervals && endsInTurn(second.intervals);
  return {
    rule: first.rule,
    labels: join(first.labels, second.labels),
    challenger: join(first.challenger, second.challenger),
    champion: first.champion && second.champion && join(first.champion, second.champion),
    weights: first.weights && second.weights && join(first.weights, second.weights),
    intervals: ends ? mapIntervals(first.intervals, (column) => join(column, ends.next().value!)) : null,
    dependence: first.dependence
      ? { ...first.dependence, of: joinWhole(first.dependence.of, second.dependence!.of) }
      : null,
    classes: first.classes && {
      names: first.classes.names,
      challenger: joinSides('challenger'),
      champion: joinSides('champion'),
    },
  };
}

function joinWhole(one: Uint32Array, other: Uint32Array): Uint32Array {
  const both = new Uint32Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

/** In the order in which they are mapped. */
function* endsInTurn({
  challenger,
  champion,
}: NonNullable<Rows['intervals']>): Generator<Float64Array, undefined> {
  for (const side of [challenger, champion]) {
    if (!side) continue;
    yield side.lower;
    yield side.upper;
  }
  return undefined;
}
