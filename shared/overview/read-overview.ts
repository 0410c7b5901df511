/** Reads a page of the fleet's table: the cards with one query, and the states of the models on it. */
import { describeProblems } from '../config/model-files.ts';
import { readClock } from '../dispatch/read-clock.ts';
import { isUnread, type ListedCards } from '../domain/listed-cards.ts';
import { newModelCard } from '../domain/model-card.ts';
import type { OverviewPage } from '../domain/overview.ts';
import { wiring } from '../wiring.ts';
import { describeModel } from './describe-model.ts';
import { type Asked as AskedPage, modelKeys, pageAfter } from './page-after.ts';
import { type EntityReader, readStates, readStopped } from './read-states.ts';

interface Asked extends AskedPage {
  /** That one alone. */
  readonly model: string | undefined;
}

type Client = EntityReader & Parameters<typeof readClock>[0];

const noCards: ListedCards = { cards: new Map(), madeUntil: null };

export async function readOverview(client: Client, { model, ...asked }: Asked): Promise<OverviewPage> {
  const [ledger, files] = await Promise.all([wiring.ledger(), wiring.modelFiles()]);
  // What changes while the rest is read is told to whoever asks with it.
  const changes = await ledger.changes.token();
  const listed = model === undefined ? files.names : files.names.filter((name) => name === model);
  const { page: names, continuation } = pageAfter(listed, modelKeys, asked);
  const last = names.at(-1);
  const [{ cards, madeUntil }, states, stopped, at] = await Promise.all([
    last === undefined ? noCards : ledger.cards.list(names[0]!, last),
    readStates(client, names),
    readStopped(client),
    readClock(client),
  ]);
  return {
    at,
    models: names.map((name) =>
      describeModel({
        model: name,
        pinned: files.models.get(name) ?? null,
        problems: describeProblems(files.broken.get(name) ?? []),
        state: states.get(name) ?? null,
        card: cards.get(name) ?? newModelCard,
        stopped,
        at,
      }),
    ),
    total: files.names.length,
    unread: names.filter((name) => isUnread(name, { cards, madeUntil })).length,
    stopped,
    fleetProblems: describeProblems(files.fleet.problems),
    changes,
    ...(continuation !== null && { continuation }),
  };
}
