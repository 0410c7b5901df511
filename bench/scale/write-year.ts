/** Rows of a year: collected as they are told, written many in a transaction, as the ledger writes them. */
import type { TableClient, TransactionAction } from '@azure/data-tables';
import { type ChainHead, type LogRecord, makeEntry, noHash } from '../../shared/audit/log-entry.ts';
import type { Decision } from '../../shared/domain/decision.ts';
import { noteDecision, noteRun } from '../../shared/domain/model-card.ts';
import type { Run } from '../../shared/domain/run.ts';
import { sideBySide } from '../../shared/domain/side-by-side.ts';
import { logRows } from '../../shared/ledger/decision-log.ts';
import { rowsOfDecision } from '../../shared/ledger/decisions.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { recordOfDecision, recordOfRun } from '../../shared/ledger/log-records.ts';
import { rowsOfRun } from '../../shared/ledger/runs.ts';
import type { SecondRow } from '../../shared/ledger/second-rows.ts';
import type { Told } from './year.ts';

/** What a table has. */
export interface Rows {
  readonly entries: number;
  readonly rows: number;
  readonly partitions: number;
  /** Rows of the largest partition. */
  readonly largest: number;
}

/** A transaction holds 100 rows; an entry has four at most. */
const atOnce = 25;

export class YearRows implements Told {
  readonly #decisions;
  readonly #runs;
  #last: { decision?: Decision; run?: Run } = {};

  constructor({ decisions, runs }: { readonly decisions: TableClient; readonly runs: TableClient }) {
    this.#decisions = new TableOfYear<Decision>(decisions, 'decisions', (decision) => {
      const rows = rowsOfDecision(decision);
      return { rows, record: recordOfDecision(rows[0], decision) };
    });
    this.#runs = new TableOfYear<Run>(runs, 'runs', (run) => {
      const rows = rowsOfRun(run);
      return { rows, record: recordOfRun(rows[0], run) };
    });
  }

  decision(decision: Decision): void {
    this.#decisions.add(decision.signal.model, decision);
    this.#last.decision = decision;
  }

  run(run: Run): void {
    this.#runs.add(run.model, run);
    this.#last.run = run;
  }

  get waiting(): number {
    return this.#decisions.waiting + this.#runs.waiting;
  }

  async write(signal: AbortSignal): Promise<void> {
    await this.#decisions.write(signal);
    await this.#runs.write(signal);
  }

  /** Notes on each model's card what was written last of it: the ledger does so with every row. */
  async note({ cards }: Ledger): Promise<void> {
    await sideBySide([...this.#decisions.takeLatest()], 8, async ([model, decision]) =>
      cards.note(model, { kind: 'decision', id: decision.signal.id }, (card) => noteDecision(card, decision)),
    );
    await sideBySide([...this.#runs.takeLatest()], 8, async ([model, run]) =>
      cards.note(model, { kind: 'run', id: run.runId }, (card) => noteRun(card, run)),
    );
  }

  figures(): { readonly decisions: Rows; readonly runs: Rows } {
    return { decisions: this.#decisions.figures(), runs: this.#runs.figures() };
  }

  /** The last that were told. */
  last(): { readonly decision: Decision; readonly run: Run } {
    const { decision, run } = this.#last;
    if (!decision || !run) throw new Error('nothing was decided, or nothing ran');
    return { decision, run };
  }
}

class TableOfYear<Entry> {
  readonly #table: TableClient;
  readonly #name: string;
  readonly #describe: (entry: Entry) => {
    readonly rows: readonly SecondRow[];
    readonly record: LogRecord | null;
  };
  readonly #waiting = new Map<string, Entry[]>();
  readonly #heads = new Map<string, ChainHead>();
  readonly #rows = new Map<string, number>();
  #latest = new Map<string, Entry>();
  #entries = 0;

  constructor(
    table: TableClient,
    name: string,
    describe: (entry: Entry) => { readonly rows: readonly SecondRow[]; readonly record: LogRecord | null },
  ) {
    this.#table = table;
    this.#name = name;
    this.#describe = describe;
  }

  add(model: string, entry: Entry): void {
    const waiting = this.#waiting.get(model);
    if (waiting) waiting.push(entry);
    else this.#waiting.set(model, [entry]);
    this.#latest.set(model, entry);
    this.#entries++;
  }

  takeLatest(): ReadonlyMap<string, Entry> {
    const latest = this.#latest;
    this.#latest = new Map();
    return latest;
  }

  get waiting(): number {
    return [...this.#waiting.values()].reduce((sum, { length }) => sum + length, 0);
  }

  async write(signal: AbortSignal): Promise<void> {
    await sideBySide([...this.#waiting], 8, async ([model, entries]) => {
      for (let first = 0; first < entries.length; first += atOnce) {
        signal.throwIfAborted();
        await this.#writeSome(model, entries.slice(first, first + atOnce));
      }
    });
    this.#waiting.clear();
  }

  async #writeSome(model: string, entries: readonly Entry[]): Promise<void> {
    let head = this.#heads.get(model) ?? { chain: `${this.#name}/${model}`, count: 0, hash: noHash };
    const rows = entries.flatMap((each) => {
      const { rows: own, record } = this.#describe(each);
      if (!record) return own;
      const entry = makeEntry(head, record);
      head = { ...head, count: entry.n, hash: entry.hash };
      return [...own, ...logRows(model, entry)];
    });
    this.#heads.set(model, head);
    this.#rows.set(model, (this.#rows.get(model) ?? 0) + rows.length);
    await this.#table.submitTransaction(rows.map((row): TransactionAction => ['create', row]));
  }

  figures(): Rows {
    const counts = [...this.#rows.values()];
    const rows = counts.reduce((sum, count) => sum + count, 0);
    return { entries: this.#entries, rows, partitions: counts.length, largest: Math.max(...counts) };
  }
}
