import { mkdirSync } from 'node:fs';
import { TableClient } from '@azure/data-tables';
import { SystemClock } from '../../local/clock/clock.ts';
import { Work } from '../../local/clock/work.ts';
import { startStorage } from '../../local/storage/index.ts';
import { decisionsTable, Ledger, runsTable } from '../../shared/ledger/ledger.ts';
import { fillLedger, type Size } from './fill.ts';

export interface FilledLedger {
  readonly ledger: Ledger;
  /** Requests sent to the table service so far. */
  requests(): number;
  stop(): Promise<void>;
}

/** A ledger of the size asked for, in a storage emulator of its own. */
export async function openFilledLedger(home: string, size: Size): Promise<FilledLedger> {
  const { decisions, runs, ...opened } = await openEmptyLedger(home);
  await fillLedger(decisions, runs, size);
  await completeCards(opened.ledger);
  return opened;
}

/** Rows that were written past the ledger have no cards: it makes them in pieces. */
export async function completeCards({ cards }: Ledger): Promise<void> {
  while ((await cards.list('', 'z')).madeUntil !== null);
}

interface EmptyLedger extends FilledLedger {
  /** Two of its tables, for rows that are written many at a time. */
  readonly decisions: TableClient;
  readonly runs: TableClient;
}

export async function openEmptyLedger(home: string): Promise<EmptyLedger> {
  mkdirSync(home, { recursive: true });
  const context = { home, clock: new SystemClock(), work: new Work(), log: () => {}, publish: () => {} };
  const storage = await startStorage({ ...context, blobPort: 0, tablePort: 0 });
  const open = (name: string): TableClient =>
    TableClient.fromConnectionString(storage.connectionString, name, { allowInsecureConnection: true });
  const [decisions, runs] = [open(decisionsTable), open(runsTable)];
  await Promise.all([decisions.createTable(), runs.createTable()]);
  let requests = 0;
  const ledger = new Ledger((name) => {
    const table = open(name);
    table.pipeline.addPolicy({
      name: 'countRequests',
      sendRequest(request, next) {
        requests++;
        return next(request);
      },
    });
    return table;
  });
  return { ledger, decisions, runs, requests: () => requests, stop: () => storage.stop() };
}
