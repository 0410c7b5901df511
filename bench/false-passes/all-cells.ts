/**
 * The cells: a chosen list in which each metric, rule, size and situation occurs, densest where gates were found to
 * break their word.
 */
import type { Cell } from './cell.ts';
import { areaCells } from './cells/area-cells.ts';
import { cutCells, recalibrationCells } from './cells/cut-cells.ts';
import { costCells, decisionBounds, decisionGains } from './cells/decision-cells.ts';
import { dependentCells } from './cells/dependent-cells.ts';
import { groupCells } from './cells/group-cells.ts';
import { missingCells } from './cells/missing-cells.ts';
import { multiclassCells } from './cells/multiclass-cells.ts';
import { priorCells } from './cells/prior-cells.ts';
import { probabilityCells } from './cells/probability-cells.ts';
import { regressionCells } from './cells/regression-cells.ts';
import { relativeCells } from './cells/relative-cells.ts';
import { unequalCells } from './cells/unequal-cells.ts';
import { weightCells } from './cells/weight-cells.ts';

export function allCells(): Cell[] {
  return [
    ...decisionBounds(),
    ...decisionGains(),
    ...costCells(),
    ...areaCells(),
    ...probabilityCells(),
    ...cutCells(),
    ...recalibrationCells(),
    ...regressionCells(),
    ...unequalCells(),
    ...multiclassCells(),
    ...relativeCells(),
    ...priorCells(),
    ...weightCells(),
    ...groupCells(),
    ...dependentCells(),
    ...missingCells(),
  ];
}
