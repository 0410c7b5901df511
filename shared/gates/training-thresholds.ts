/**
 * Thresholds of decisions that training chose, one for each side: `evaluation.threshold: { from: training }`.
 *
 * Owns: what the files that say them must hold, and what is said where they do not. Does not own: where the files lie.
 *
 * Invariant: a threshold that training wrote is not replaced by what the evaluation says, for that has seen the rows that are
 * judged. Where the two differ the evidence is broken.
 */
import type { DecisionRule, Thresholds } from './metrics/decision-rule.ts';

/** The value of each file: null where there is none, its text where that is no JSON. */
export interface ThresholdFiles {
  /** threshold.json among the files of the model that this run trained. */
  readonly trained: unknown;
  /** thresholds.json of the evidence. */
  readonly evaluated: unknown;
}

export const trainedFile = 'threshold.json';
export const evaluatedFile = 'thresholds.json';

interface Chosen {
  readonly rule: DecisionRule | undefined;
  readonly broken: string | null;
  readonly notes: readonly string[];
}

/** The rule with the numbers in it. `hasChampion`: whether the rows have the champion's scores. */
export function chooseThresholds(
  rule: DecisionRule | undefined,
  files: ThresholdFiles | null,
  hasChampion: boolean,
): Chosen {
  if (rule?.thresholdFrom !== 'training') return { rule, broken: null, notes: [] };
  const broken = (why: string): Chosen => ({ rule, broken: why, notes: [] });
  const trained = files?.trained ?? null;
  const evaluated = files?.evaluated ?? null;
  if (evaluated !== null && !isRecord(evaluated)) {
    return broken(
      `${evaluatedFile} must be a JSON object with challenger and champion; found ${shown(evaluated)}`,
    );
  }
  if (trained !== null && !isRecord(trained)) {
    return broken(
      `${trainedFile} of the trained model must be a JSON object with threshold; found ${shown(trained)}`,
    );
  }
  const said = {
    trained: trained?.['threshold'],
    challenger: evaluated?.['challenger'],
    champion: evaluated?.['champion'],
  };
  if (trained !== null && !isThreshold(said.trained)) {
    return broken(`${trainedFile} of the trained model: threshold ${wanted}; found ${shown(said.trained)}`);
  }
  for (const side of ['challenger', 'champion'] as const) {
    if (said[side] === undefined || said[side] === null || isThreshold(said[side])) continue;
    return broken(`${evaluatedFile}: ${side} ${wanted}; found ${shown(said[side])}`);
  }
  const challenger = (said.trained ?? said.challenger) as number | null | undefined;
  if (typeof challenger !== 'number') {
    return broken(
      `evaluation.threshold is from training, and no file says which: have the training job write ${trainedFile}, such as {"threshold": 0.37}, beside the model's files, and the evaluation job copy it into ${evaluatedFile} of the evidence, such as {"challenger": 0.37, "champion": 0.41}`,
    );
  }
  if (
    typeof said.trained === 'number' &&
    typeof said.challenger === 'number' &&
    said.trained !== said.challenger
  ) {
    return broken(
      `${evaluatedFile} says ${said.challenger} for the challenger, and training wrote ${said.trained}: a threshold that is changed after training may be chosen by the rows that are judged; copy training's`,
    );
  }
  const champion = typeof said.champion === 'number' ? said.champion : null;
  if (hasChampion && champion === null) {
    return broken(
      `${evaluatedFile} has no threshold of the champion: have the evaluation job copy the one that its own training wrote, such as {"challenger": ${challenger}, "champion": ${challenger}}`,
    );
  }
  const thresholds: Thresholds = { challenger, champion };
  const notes = typeof said.trained === 'number' ? [] : [unseen];
  return { rule: { ...rule, thresholds }, broken: null, notes };
}

const unseen = `the challenger's threshold is as the evaluation says (${evaluatedFile}): this run did not train it, so nothing shows that it was chosen before the rows that are judged were seen`;

const wanted = 'must be a number above 0 and at most 1';
const isThreshold = (value: unknown): value is number => typeof value === 'number' && value > 0 && value <= 1;

const shown = (value: unknown): string => (value === undefined ? 'none' : JSON.stringify(value).slice(0, 60));

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
