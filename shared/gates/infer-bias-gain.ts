import type { Rows } from './rows.ts';
import type { Inference, NoInference } from './statistics/inference.ts';
import { inferFromInfluences } from './units.ts';

/** One side's mean error, and what each row adds to it. */
interface Bias {
  readonly value: number;
  readonly influences: Float64Array;
}

/** A sign this sure is taken as known. */
const sure = 1e-6;

/**
 * What rows say of how much nearer to zero the challenger's mean error is. The gain is the greatest over the champion's
 * sign of the least over the challenger's of a plain difference: it exceeds a limit where one sign of the champion's
 * does for both of the challenger's (union and intersection of tests: Berger, Technometrics 24, 1982). A champion's sign
 * that the rows leave open costs a Bonferroni factor of two.
 */
export function inferBiasGain(
  challenger: Bias,
  champion: Bias,
  rows: Rows,
  ofAnySize: boolean,
): Inference | NoInference {
  const gain = Math.abs(champion.value) - Math.abs(challenger.value);
  const differences = new Map<string, Inference>();
  const signs = [1, -1] as const;
  for (const r of signs) {
    for (const s of signs) {
      const inferred = inferFromInfluences(
        r * champion.value - s * challenger.value,
        champion.influences.map((influence, row) => r * influence - s * challenger.influences[row]!),
        rows,
        { ofAnySize },
      );
      if ('why' in inferred) return inferred;
      differences.set(`${r},${s}`, inferred);
    }
  }
  const differenceOf = (r: number, s: number): Inference => differences.get(`${r},${s}`)!;
  const signsOf = (bias: Bias): readonly number[] => {
    const own = inferFromInfluences(bias.value, bias.influences, rows, { ofAnySize });
    const open = 'why' in own || Math.min(own.atMost(0), own.atLeast(0)) > sure;
    return open ? signs : [Math.sign(bias.value)];
  };
  const [ours, theirs] = [signsOf(challenger), signsOf(champion)];
  const least = (values: readonly number[]): number => Math.min(...values);
  const most = (values: readonly number[]): number => Math.max(...values);
  const all = [...differences.values()];
  return {
    method: all[0]!.method,
    estimate: gain,
    units: all[0]!.units,
    evenRows: {
      low: least(all.map(({ evenRows }) => evenRows!.low)),
      high: least(all.map(({ evenRows }) => evenRows!.high)),
    },
    interval: (confidence) => {
      const shared = (open: readonly number[]): number => 1 - (1 - confidence) / open.length;
      const low = (r: number, s: number): number => differenceOf(r, s).interval(shared(theirs)).low;
      const high = (r: number, s: number): number => differenceOf(r, s).interval(shared(ours)).high;
      return {
        low: most(theirs.map((r) => least(ours.map((s) => low(r, s))))),
        high: least(ours.map((s) => most(theirs.map((r) => high(r, s))))),
      };
    },
    atMost: (limit) =>
      Math.min(
        1,
        theirs.length * least(theirs.map((r) => most(ours.map((s) => differenceOf(r, s).atMost(limit))))),
      ),
    atLeast: (limit) =>
      Math.min(
        1,
        ours.length * least(ours.map((s) => most(theirs.map((r) => differenceOf(r, s).atLeast(limit))))),
      ),
  };
}
