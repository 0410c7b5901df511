import type { DataGate } from '../../config/gate-schema.ts';
import { show } from '../measure-gate.ts';
import type { PlannedGate } from './plan-document.ts';
import { findDistance, findLeast } from './search.ts';
import { powerOfShare } from './share-power.ts';

type Data = Pick<
  PlannedGate,
  'method' | 'supposed' | 'power' | 'minimumDetectable' | 'rowsNeeded' | 'looks' | 'sentence'
>;

const nothing = {
  method: null,
  supposed: null,
  power: null,
  minimumDetectable: null,
  rowsNeeded: null,
  looks: null,
};

/** What a data gate would say of so many rows. It claims nothing of a model, so looks cost it nothing. */
export function planData(gate: DataGate, rows: number, positives: number | null): Data {
  if (gate.rows) {
    const { atLeast } = gate.rows;
    const holds = rows >= atLeast;
    const sentence = `${rows} rows ${holds ? 'are' : 'are not'} the ${atLeast} it asks for`;
    return { ...nothing, power: holds ? 1 : 0, rowsNeeded: atLeast, sentence };
  }
  if (!gate.labelBalance) {
    return { ...nothing, sentence: 'it does not hang on how many rows there are' };
  }
  const { class: name, atLeast, atMost } = gate.labelBalance;
  const share = positives === null ? null : name === '1' ? positives : name === '0' ? 1 - positives : null;
  if (share === null) {
    return {
      ...nothing,
      sentence: 'the share of that label is not known: give --positives SHARE of a binary model',
    };
  }
  const confidence = gate.confidence ?? null;
  const chanceOf = (truth: number, count: number): number => {
    const above = atLeast === undefined ? 1 : powerOfShare(count, truth, atLeast, confidence);
    const below = atMost === undefined ? 1 : powerOfShare(count, 1 - truth, 1 - atMost, confidence);
    // Both sides miss together at most as often as one after the other.
    return Math.max(0, above + below - 1);
  };
  const power = chanceOf(share, rows);
  const limit = atLeast ?? atMost!;
  const sign = atLeast === undefined ? -1 : 1;
  return {
    ...nothing,
    method: 'exact binomial probability of the counts that pass',
    supposed: { value: share, limit, because: [`${show(100 * share)} % of the rows have the label ${name}`] },
    power,
    minimumDetectable:
      atLeast !== undefined && atMost !== undefined
        ? null
        : findDistance(sign > 0 ? 1 - limit : limit, (distance) => chanceOf(limit + sign * distance, rows)),
    rowsNeeded: findLeast({ most: 5_000_000, start: rows, within: 0.001 }, (count) => chanceOf(share, count)),
    sentence: `a share of ${show(share)} would pass`,
  };
}
