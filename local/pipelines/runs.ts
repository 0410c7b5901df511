/**
 * Runs of pipelines, in SQLite: what each was given, how long it takes and how it ends.
 *
 * Invariants
 * 1. A run is on disk before its number is answered, and numbers are given once.
 * 2. How a run stands follows from the clock alone: nothing has to run for it to end.
 */
import { openDatabase } from '../process/open-database.ts';

type Service = 'azure-devops' | 'azure-release' | 'github';
export const results = ['succeeded', 'failed', 'canceled'] as const;
type Result = (typeof results)[number];

/** How the next runs of a pipeline go. */
export interface Plan {
  readonly ends: Result;
  readonly takesMs: number;
  /** Whether they take note when they are told to end. */
  readonly heedsCancel: boolean;
}

export interface PipelineRun {
  readonly id: number;
  readonly service: Service;
  readonly pipeline: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly queuedMs: number;
  readonly state: 'inProgress' | 'canceling' | 'completed';
  /** Null: it has not ended. */
  readonly result: Result | null;
  readonly endedMs: number | null;
}

const schema = `
CREATE TABLE IF NOT EXISTS definitions (id INTEGER PRIMARY KEY AUTOINCREMENT, service TEXT, name TEXT, UNIQUE (service, name));
CREATE TABLE IF NOT EXISTS plans (pipeline TEXT PRIMARY KEY, ends TEXT NOT NULL, takes_ms REAL NOT NULL, heeds INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT, service TEXT NOT NULL, pipeline TEXT NOT NULL, parameters TEXT NOT NULL,
  queued_ms REAL NOT NULL, ends_ms REAL NOT NULL, ends TEXT NOT NULL, heeds INTEGER NOT NULL, cancelled_ms REAL
);
`;

/** Of a run that ends when its steps do: longer than any. */
const endlessMs = 1e14;
const usual: Plan = { ends: 'succeeded', takesMs: 5_000, heedsCancel: true };
/** How long a run takes to end once it was told to. */
const cancelMs = 2_000;

export type Runs = ReturnType<typeof openRuns>;

export function openRuns(file: string, now: () => number) {
  const database = openDatabase(file, schema);
  const addDefinition = database.prepare('INSERT OR IGNORE INTO definitions (service, name) VALUES (?, ?)');
  const findDefinition = database.prepare('SELECT id FROM definitions WHERE service = ? AND name = ?');
  const setPlan = database.prepare('INSERT OR REPLACE INTO plans VALUES (?, ?, ?, ?)');
  const findPlan = database.prepare('SELECT ends, takes_ms, heeds FROM plans WHERE pipeline = ?');
  const add = database.prepare(
    'INSERT INTO runs (service, pipeline, parameters, queued_ms, ends_ms, ends, heeds) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const cancel = database.prepare('UPDATE runs SET cancelled_ms = ? WHERE id = ? AND cancelled_ms IS NULL');
  const finish = database.prepare(
    'UPDATE runs SET ends_ms = ?, ends = ? WHERE id = ? AND cancelled_ms IS NULL',
  );
  const unfinished = database.prepare('SELECT id FROM runs WHERE ends_ms >= ? AND cancelled_ms IS NULL');
  const find = database.prepare('SELECT * FROM runs WHERE service = ? AND id = ?');
  const list = database.prepare('SELECT * FROM runs WHERE service = ? AND pipeline = ? ORDER BY id');

  const planOf = (pipeline: string): Plan => {
    const row = findPlan.get(pipeline);
    if (!row) return usual;
    return { ends: row['ends'] as Result, takesMs: Number(row['takes_ms']), heedsCancel: row['heeds'] === 1 };
  };

  return {
    planOf,
    /** The number of a definition: the same for ever. */
    numberOf(service: Service, name: string): number {
      addDefinition.run(service, name);
      return Number(findDefinition.get(service, name)!['id']);
    },
    plan(pipeline: string, { ends, takesMs, heedsCancel }: Plan): void {
      setPlan.run(pipeline, ends, takesMs, heedsCancel ? 1 : 0);
    },
    /** `isRun`: whether somebody runs it, and says when it has ended. */
    start(
      service: Service,
      pipeline: string,
      parameters: Readonly<Record<string, string>>,
      isRun = false,
    ): PipelineRun {
      const { ends, takesMs, heedsCancel } = isRun ? { ...usual, takesMs: endlessMs } : planOf(pipeline);
      const json = JSON.stringify(parameters);
      const [at, heeds] = [now(), heedsCancel ? 1 : 0];
      const { lastInsertRowid } = add.run(service, pipeline, json, at, at + takesMs, ends, heeds);
      return describe(find.get(service, Number(lastInsertRowid))!, at);
    },
    /** Those that somebody runs, or did. */
    unfinished: (): { readonly id: number }[] =>
      unfinished.all(endlessMs).map((row) => ({ id: Number(row['id']) })),
    /** One that was told to end before ends as that. */
    finish(id: number, ends: Result): void {
      finish.run(now(), ends, id);
    },
    cancel(id: number): void {
      cancel.run(now(), id);
    },
    find(service: Service, id: number): PipelineRun | null {
      const row = Number.isSafeInteger(id) ? find.get(service, id) : undefined;
      return row ? describe(row, now()) : null;
    },
    /** The first one first. */
    list: (service: Service, pipeline: string): PipelineRun[] =>
      list.all(service, pipeline).map((row) => describe(row, now())),
    close: () => database.close(),
  };
}

function describe(row: Record<string, unknown>, nowMs: number): PipelineRun {
  const cancelledMs = row['cancelled_ms'] === null ? null : Number(row['cancelled_ms']);
  const plannedMs = Number(row['ends_ms']);
  const isCut = cancelledMs !== null && row['heeds'] === 1 && cancelledMs < plannedMs;
  const endsMs = isCut ? Math.min(plannedMs, cancelledMs + cancelMs) : plannedMs;
  const isOver = nowMs >= endsMs;
  return {
    id: Number(row['id']),
    service: row['service'] as Service,
    pipeline: String(row['pipeline']),
    parameters: JSON.parse(String(row['parameters'])) as Record<string, string>,
    queuedMs: Number(row['queued_ms']),
    state: isOver ? 'completed' : cancelledMs === null ? 'inProgress' : 'canceling',
    result: isOver ? (isCut ? 'canceled' : (row['ends'] as Result)) : null,
    endedMs: isOver ? endsMs : null,
  };
}
