/**
 * Checks in the ledger: rows of the table RatchetChecks, one partition for each model, newest first.
 *
 * A rule that is checked again for the same stretch of time, or told of it again, has one row of it: the latest. Checks are
 * samples, kept for a while: whoever writes takes out what is older, once a day for each model, from the end of its partition.
 */
import type { TableClient, TransactionAction } from '@azure/data-tables';
import { callLimit } from '../azure/call-limits.ts';
import type { CheckRow } from '../domain/check.ts';
import { findCheck, type ModelCard, noteCheck } from '../domain/model-card.ts';
import type { Cards } from './cards.ts';
import { readDocument, writeDocument } from './document.ts';
import type { InTable } from './on-ready-tables.ts';
import { type Page, readNewest } from './read-newest.ts';
import { canBeKey, invertTime, quote, timedKey } from './row-keys.ts';
import type { SecondRow } from './second-rows.ts';

interface CheckQuery {
  readonly model: string;
  /** ISO 8601, UTC: from this moment on, and up to that one, which is not in it. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly limit: number;
  readonly continuation?: string | undefined;
}

/** A transaction holds 100 rows. */
const atOnce = 100;
const dayMs = 86_400_000;

export class Checks {
  readonly #in: InTable;
  readonly #cards: Cards;
  /** By model: the day whose old rows are out. */
  readonly #pruned = new Map<string, number>();

  constructor(inTable: InTable, cards: Cards) {
    this.#in = inTable;
    this.#cards = cards;
  }

  /** Records what was found of one model, the earliest first. `keptMs`: how long checks are kept. */
  async record(model: string, found: readonly CheckRow[], keptMs: number): Promise<void> {
    if (found.length === 0) return;
    const checks = judgeRecovery(found, await this.#cards.get(model));
    await this.#in(`recording checks of ${model}`, async (table) => {
      const rows = [...new Map(checks.map((check) => [checkRow(check).rowKey, checkRow(check)])).values()];
      for (let first = 0; first < rows.length; first += atOnce) {
        const some = rows.slice(first, first + atOnce);
        await table.submitTransaction(
          some.map((row): TransactionAction => ['upsert', row, 'Replace']),
          callLimit(),
        );
      }
      await this.#prune(table, model, checks.at(-1)!.at, keptMs);
    });
    const id = checks.length === 1 ? checks[0]!.rule : null;
    await this.#cards.note(model, { kind: 'check', id }, (card) => checks.reduce(noteCheck, card));
  }

  list({ model, since, until, limit, continuation }: CheckQuery): Promise<Page<CheckRow>> {
    const partitions = [model].filter(canBeKey);
    return this.#in(`listing checks of ${model}`, (table) =>
      readNewest(table, { partitions, since, until, limit, continuation }, (row) =>
        readDocument<CheckRow>(row),
      ),
    );
  }

  async #prune(table: TableClient, model: string, now: string, keptMs: number): Promise<void> {
    const day = Math.floor(Date.parse(now) / dayMs);
    if ((this.#pruned.get(model) ?? Number.NEGATIVE_INFINITY) >= day) return;
    this.#pruned.set(model, day);
    const oldest = invertTime(new Date(Date.parse(now) - keptMs).toISOString());
    const filter = `PartitionKey eq ${quote(model)} and RowKey gt ${quote(`${oldest}.`)} and RowKey lt ':'`;
    const rows = table.listEntities({
      queryOptions: { filter, select: ['PartitionKey', 'RowKey'] },
      ...callLimit(),
    });
    for await (const page of rows.byPage({ maxPageSize: atOnce })) {
      const actions = page.map(
        (row): TransactionAction => [
          'delete',
          { partitionKey: String(row.partitionKey), rowKey: String(row.rowKey) },
        ],
      );
      if (actions.length > 0) await table.submitTransaction(actions, callLimit()).catch(ignoreGone);
    }
  }
}

/** Somebody else prunes at the same time, or it is tried again another day. */
const ignoreGone = (): void => {};

function checkRow(check: CheckRow): SecondRow {
  const { model, kind, rule, window, at } = check;
  return {
    partitionKey: model,
    rowKey: timedKey(JSON.stringify([kind, rule, window]), at),
    rule,
    verdict: check.verdict,
    ...writeDocument(check, { model, rule }),
  };
}

/** What is fine after a breach has recovered. */
function judgeRecovery(checks: readonly CheckRow[], card: ModelCard): readonly CheckRow[] {
  const judged: CheckRow[] = [];
  for (const check of checks) {
    const before =
      judged.findLast((each) => each.rule === check.rule && each.kind === check.kind) ??
      findCheck(card, check);
    const wasBreach = before?.verdict === 'breached' && before.at < check.at;
    judged.push(check.verdict === 'fine' && wasBreach ? { ...check, verdict: 'recovered' } : check);
  }
  return judged;
}
