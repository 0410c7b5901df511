import { allowsUnlabelled, type GateConfig, needsTrainIds } from '../../config/gate-schema.ts';
import type { Task } from '../../config/metric-catalog.ts';
import type { Predictions } from '../rows.ts';
import { columnsOf } from '../slice-column.ts';
import { collectPredictions } from './collect-predictions.ts';
import { CsvReader } from './read-csv.ts';
import { type EvidenceFile, readTable } from './read-table.ts';
import {
  type Broken,
  type DependenceColumn,
  type Planner,
  planTable,
  type ReadingOptions,
  type ReadTable,
  type Table,
} from './table.ts';

/** Predictions read and checked, or why they cannot be used. */
export type ReadPredictions = Predictions | Broken;

/** What a judgement by these gates reads of a file. */
export function readingOptionsOf(request: {
  readonly task: Task;
  readonly gates: readonly GateConfig[];
  readonly evaluation?: DependenceFields | undefined;
}): ReadingOptions {
  const columns = request.gates.flatMap((gate) =>
    gate.kind !== 'data' && gate.slices ? columnsOf(gate.slices.by) : [],
  );
  return {
    task: request.task,
    sliceColumns: [...new Set(columns)],
    dependence: dependenceOf(request.evaluation),
    keepIds: needsTrainIds(request.gates),
    allowUnlabelled: allowsUnlabelled(request.gates),
  };
}

/** The columns of a model file's `evaluation` that say which rows depend on each other: one of them at most. */
export interface DependenceFields {
  readonly groups?: string | undefined;
  readonly order?: string | undefined;
}

function dependenceOf({ groups, order }: DependenceFields = {}): DependenceColumn | undefined {
  if (groups !== undefined) return { kind: 'groups', name: groups };
  return order === undefined ? undefined : { kind: 'order', name: order };
}

/** Reads the predictions, Parquet or CSV; null where there are none. Fails only where the chunks do. */
export async function readPredictions(
  files: readonly EvidenceFile[],
  options: ReadingOptions,
): Promise<ReadPredictions | null> {
  const read = await readTable(files, plannerOf(options));
  return read && collect(read, options);
}

/** The same for the text of predictions.csv. */
export function parsePredictions(text: string, options: ReadingOptions): ReadPredictions {
  const csv = new CsvReader('predictions.csv', plannerOf(options));
  csv.push(Buffer.from(text, 'utf8'));
  return collect(csv.end(), options);
}

const plannerOf =
  (options: ReadingOptions): Planner<Table> =>
  (file, header) =>
    planTable(file, header, options);

const collect = (read: ReadTable | Broken, options: ReadingOptions): ReadPredictions =>
  'broken' in read ? read : collectPredictions(read, options);
