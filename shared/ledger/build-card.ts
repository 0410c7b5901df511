/** A model's card made from its rows: of ledgers from before there were cards. */

import type { Decision } from '../domain/decision.ts';
import {
  type ModelCard,
  newModelCard,
  noteDecision,
  noteOperation,
  noteRelease,
  noteRun,
} from '../domain/model-card.ts';
import type { Operation } from '../domain/operation.ts';
import type { ReleaseRow } from '../domain/release-state.ts';
import type { Run } from '../domain/run.ts';
import type { Page } from './read-newest.ts';

/** What waits is among the latest; what is older and still waits is in the model's state. */
const decisionsAtMost = 100;
const releasesAtMost = 10;
const operationsAtMost = 50;

interface Asked {
  readonly model: string;
  readonly limit: number;
}

/** What is needed of a ledger. */
interface Rows {
  listDecisions(query: Asked): Promise<Page<Decision>>;
  listRuns(query: Asked): Promise<Page<Run>>;
  listReleases(query: Asked): Promise<Page<ReleaseRow>>;
  listOperations(query: Asked): Promise<Page<Operation>>;
}

export async function buildCard(ledger: Rows, model: string): Promise<ModelCard> {
  const [decisions, runs, releases, operations] = await Promise.all([
    ledger.listDecisions({ model, limit: decisionsAtMost }),
    ledger.listRuns({ model, limit: 1 }),
    ledger.listReleases({ model, limit: releasesAtMost }),
    ledger.listOperations({ model, limit: operationsAtMost }),
  ]);
  let card = decisions.items.toReversed().reduce(noteDecision, newModelCard);
  card = runs.items.reduce(noteRun, card);
  card = releases.items.toReversed().reduce(noteRelease, card);
  return operations.items.toReversed().reduce(noteOperation, card);
}
