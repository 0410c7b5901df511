/**
 * Reads one model's time line: each lane with queries of its own, newest first, as far as it is asked and no further than it
 * may be long.
 */
import { readClock } from '../dispatch/read-clock.ts';
import type { Timeline } from '../domain/timeline.ts';
import { RatchetError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Page } from '../ledger/read-newest.ts';
import { wiring } from '../wiring.ts';
import { decisionLane, operationLane, releaseLane, runLane } from './lanes.ts';
import { isIn, listChampions, listFileFreezes, listHolds } from './list-spans.ts';
import { listStrips, listTold } from './list-strips.ts';
import { type EntityReader, readStates } from './read-states.ts';

interface Asked {
  readonly model: string;
  /** ISO 8601, UTC. */
  readonly from: string | undefined;
  readonly until: string | undefined;
  /** About how many samples of a strip stay. */
  readonly points: number;
}

type Client = EntityReader & Parameters<typeof readClock>[0];

const byDefaultMs = 30 * 86_400_000;
const atMost = {
  decisions: 500,
  checks: 5_000,
  told: 500,
  runs: 200,
  releases: 50,
  operations: 200,
} as const;

export async function readTimeline(client: Client, { model, points, ...asked }: Asked): Promise<Timeline> {
  const [ledger, models] = await Promise.all([wiring.ledger(), wiring.models()]);
  const changes = await ledger.changes.token(model);
  const at = await readClock(client);
  const until = asked.until ?? new Date(Date.parse(at) + 1).toISOString();
  const from = asked.from ?? new Date(Date.parse(until) - byDefaultMs).toISOString();
  if (from >= until)
    throw new RatchetError('bad-request', `from: expected a time before until, ${until}, got ${from}`);
  const window = { from, until };
  const [lanes, states] = await Promise.all([readLanes(ledger, model, window), readStates(client, [model])]);
  const state = states.get(model) ?? null;
  const { decisions, checks, runs, releases, operations, ofFleet } = lanes;
  const told = listTold(checks);
  const cut = findCut({ ...lanes, told: told.map((check) => check.at) }, from);
  const isShown = (time: string): boolean => time >= (cut.before ?? from);
  const holds = [
    ...listHolds([...operations, ...ofFleet]),
    ...listFileFreezes(models.get(model)?.config.policy.freezes ?? [], window),
  ];
  return {
    ...{ model, at, from, until },
    checks: told.filter((check) => isShown(check.at)),
    decisions: decisions.filter(({ offeredAt }) => isShown(offeredAt)).map(decisionLane),
    operations: operations.filter((each) => isShown(each.at)).map(operationLane),
    runs: runs.map(runLane).filter((run) => isIn(run, window)),
    releases: releases.map(releaseLane).filter((release) => isIn(release, window)),
    holds: holds.filter((hold) => isIn(hold, window)),
    champions: listChampions(runs, releases, state).filter((champion) => isIn(champion, window)),
    metrics: listStrips(
      checks.filter((check) => isShown(check.at)),
      points,
    ),
    leftOut: cut.leftOut,
    before: cut.before,
    changes,
  };
}

async function readLanes(ledger: Ledger, model: string, { from, until }: { from: string; until: string }) {
  // Spans that began before and go on are among the latest that began before.
  const [decisions, checks, runs, releases, operations, ofFleet] = await Promise.all([
    ledger.listDecisions({ model, since: from, until, limit: atMost.decisions }),
    readAll(
      (continuation) => ledger.checks.list({ model, since: from, until, limit: 1_000, continuation }),
      atMost.checks,
    ),
    ledger.listRuns({ model, until, limit: atMost.runs }),
    ledger.listReleases({ model, until, limit: atMost.releases }),
    ledger.listOperations({ model, until, limit: atMost.operations }),
    ledger.listOperations({ model: null, until, limit: atMost.operations }),
  ]);
  return {
    decisions: decisions.items,
    checks: checks.items,
    runs: runs.items,
    releases: releases.items,
    operations: operations.items,
    ofFleet: ofFleet.items,
    hasMore: {
      decisions: decisions.continuation !== null,
      checks: checks.continuation !== null,
      runs: runs.continuation !== null,
      releases: releases.continuation !== null,
      operations: operations.continuation !== null,
    },
  };
}

async function readAll<T>(
  read: (continuation: string | undefined) => Promise<Page<T>>,
  most: number,
): Promise<Page<T>> {
  const items: T[] = [];
  for (let continuation: string | undefined; ; ) {
    const page = await read(continuation);
    items.push(...page.items);
    if (page.continuation === null || items.length >= most) return { items, continuation: page.continuation };
    continuation = page.continuation;
  }
}

type Lanes = Awaited<ReturnType<typeof readLanes>>;

/** Since when every lane is whole; null: all are, back to `from`. */
function findCut(
  {
    decisions,
    checks,
    runs,
    releases,
    operations,
    hasMore,
    told,
  }: Lanes & { readonly told: readonly string[] },
  from: string,
): Pick<Timeline, 'before' | 'leftOut'> {
  const ends: readonly (readonly [string, boolean, string | undefined])[] = [
    ['decisions', hasMore.decisions, decisions.at(-1)?.offeredAt],
    ['checks', hasMore.checks, checks.at(-1)?.at],
    ['checks', told.length > atMost.told, told[atMost.told - 1]],
    ['runs', hasMore.runs, runs.at(-1)?.startedAt],
    ['releases', hasMore.releases, releases.at(-1)?.startedAt],
    ['operations', hasMore.operations, operations.at(-1)?.at],
  ];
  const cut = ends.flatMap(([lane, isCut, end]) =>
    isCut && end !== undefined && end > from ? [{ lane, end }] : [],
  );
  // Of one moment all is told, or nothing.
  const before = cut
    .map(({ lane, end }) => ({ lane, end: new Date(Date.parse(end) + 1).toISOString() }))
    .map(({ end }) => end)
    .reduce<string | null>((last, end) => (last === null || end > last ? end : last), null);
  const lanes = [...new Set(cut.map(({ lane }) => lane))];
  return {
    before,
    leftOut: lanes.map(
      (lane) => `There are more ${lane} than are told at once: those before ${before} are left out.`,
    ),
  };
}
