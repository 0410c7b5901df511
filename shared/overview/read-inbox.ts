/**
 * Reads what waits for a person: the cards of all models say where something may, and only there more is read.
 */
import type { Visitor } from '../access/visitor.ts';
import { describeProblems } from '../config/model-files.ts';
import { readClock } from '../dispatch/read-clock.ts';
import { readReleaseNow } from '../dispatch/read-release.ts';
import type { Inbox, InboxItem, InboxPage } from '../domain/inbox.ts';
import { isUnread } from '../domain/listed-cards.ts';
import type { ModelCard } from '../domain/model-card.ts';
import { wiring } from '../wiring.ts';
import { itemOfRelease, itemsOfState } from './list-inbox.ts';
import { type Asked, pageAfter } from './page-after.ts';
import { readStates } from './read-states.ts';

type Client = Parameters<typeof readClock>[0] & Parameters<typeof readReleaseNow>[0];

/** In no order. */
export async function readInbox(client: Client, visitor: Visitor): Promise<Inbox> {
  const [ledger, files] = await Promise.all([wiring.ledger(), wiring.modelFiles()]);
  const changes = await ledger.changes.token();
  const [at, listed] = await Promise.all([readClock(client), ledger.cards.list('', 'z'.repeat(50))]);
  const { cards } = listed;
  const unread: string[] = files.names.filter((name) => isUnread(name, listed));
  const items: InboxItem[] = [...brokenFiles(files)];
  const asked = (model: string) => ({ model, visitor, at });
  const maybe = [...cards].filter(([, card]) => mayAsk(card)).map(([model]) => model);
  const states = await readStates(client, maybe).catch(() => null);
  if (states === null) unread.push(...maybe);
  for (const [model, state] of states ?? []) items.push(...itemsOfState(asked(model), state));
  const open = [...cards].flatMap(([model, { releases }]) =>
    releases.filter(({ asks }) => asks).map(({ releaseId }) => ({ model, releaseId })),
  );
  await Promise.all(
    open.map(async ({ model, releaseId }) => {
      const now = await readReleaseNow(client, releaseId).catch(() => null);
      const item = now && itemOfRelease(asked(model), now.row, now.state);
      if (now === null) unread.push(model);
      if (item) items.push(item);
    }),
  );
  return { at, items, unread: [...new Set(unread)].sort(), changes };
}

/** Whether the state of the model may have a question, as far as its card knows. */
function mayAsk({ run, waiting, glass }: ModelCard): boolean {
  const runMay = run !== null && run.endedAt === null && run.phase === 'gate';
  return runMay || glass !== null || waiting.some(({ reason }) => reason === 'suggested');
}

function brokenFiles({
  broken,
}: {
  readonly broken: ReadonlyMap<string, Parameters<typeof describeProblems>[0]>;
}) {
  return [...broken].map(([model, found]): InboxItem => {
    const problems = describeProblems(found);
    const sentence = `The file of model ${model} is invalid: ${problems[0] ?? 'it cannot be read'}`;
    const times = { since: null, until: null, otherwise: null };
    return { what: 'broken-file', id: `broken-file ${model}`, model, sentence, problems, ...times, acts: [] };
  });
}

/** What is over first is first, then what this visitor may answer, then what waits the longest. */
const inboxKeys = {
  of: ({ until, acts, since, id }: InboxItem): string =>
    [until ?? '~', acts.some(({ whyNot }) => whyNot === null) ? 0 : 1, since ?? '~', id].join(' '),
  shape: /^\S+ [01] \S+ \S/,
};

const byTime = (a: InboxItem, b: InboxItem): number => (inboxKeys.of(a) < inboxKeys.of(b) ? -1 : 1);

/** Bounds what is answered, not what is read: which come first is known once all are. */
export function pageOfInbox({ items, ...inbox }: Inbox, asked: Asked): InboxPage {
  const { page, continuation } = pageAfter([...items].sort(byTime), inboxKeys, asked);
  return { ...inbox, items: page, total: items.length, ...(continuation !== null && { continuation }) };
}
