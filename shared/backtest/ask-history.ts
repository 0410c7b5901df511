/** What a running service has recorded of a model, read through its API, whole. */
import type { Decision } from '../domain/decision.ts';
import type { Operation } from '../domain/operation.ts';
import type { Run } from '../domain/run.ts';
import type { MetricStrip, Timeline, TimelineChampion } from '../domain/timeline.ts';

/** Asks a path of the API, below its door; answers the body, or throws. */
export type Ask = (path: string) => Promise<unknown>;

/** Hears what has been read so far. */
export type Hear = (what: string, count: number) => void;

/** A sample of a rule with the rule that it is of. */
export type StripSample = MetricStrip['samples'][number] & Pick<MetricStrip, 'rule' | 'kind' | 'metric'>;

export interface Recorded {
  readonly model: string;
  /** The service's time. */
  readonly at: string;
  readonly decisions: readonly Decision[];
  /** Of the model, and where models share a fleet of all others, too. */
  readonly runs: readonly Run[];
  readonly operations: readonly Operation[];
  readonly champions: readonly TimelineChampion[];
  readonly samples: readonly StripSample[];
}

/** Samples that a strip is asked for at once: the most the API gives. */
const points = 2_000;
const shortestMs = 60_000;

interface Asking {
  readonly ask: Ask;
  readonly hear: Hear;
}

export async function askHistory(
  asking: Asking,
  model: string,
  { withFleet }: { readonly withFleet: boolean },
): Promise<Recorded> {
  const all = <T>(name: string, query: Readonly<Record<string, string>>) => askAll<T>(asking, name, query);
  const decisions = await all<Decision>('decisions', { model });
  const runs = await all<Run>('runs', withFleet ? {} : { model });
  const own = await all<Operation>('operations', { model });
  const ofFleet = await all<Operation>('operations', { model: '(fleet)' });
  const { at } = await askTimeline(asking, model, {});
  const timelines: Timeline[] = [];
  await readTimelines(asking, model, ['2000-01-01T00:00:00.000Z', after(at)], timelines);
  const champions = new Map(timelines.flatMap((each) => each.champions).map((each) => [each.from, each]));
  return {
    ...{ model, at, decisions, runs },
    operations: [...own, ...ofFleet],
    champions: [...champions.values()].sort((a, b) => (a.from < b.from ? -1 : 1)),
    samples: timelines.flatMap(({ metrics }) =>
      metrics.flatMap(({ rule, kind, metric, samples }) =>
        samples.map((sample) => ({ ...sample, rule, kind, metric })),
      ),
    ),
  };
}

const after = (at: string): string => new Date(Date.parse(at) + 1).toISOString();

/** Every page of a listing, the first first. */
export async function askAll<T>(
  { ask, hear }: Asking,
  name: string,
  query: Readonly<Record<string, string>>,
): Promise<readonly T[]> {
  const items: T[] = [];
  for (let continuation: string | undefined; ; ) {
    const asked = {
      ...query,
      limit: query['limit'] ?? '1000',
      ...(continuation !== undefined && { continuation }),
    };
    const page = (await ask(withQuery(name, asked))) as Record<string, unknown>;
    items.push(...(page[name] as T[]));
    hear(name, items.length);
    continuation = page['continuation'] as string | undefined;
    if (continuation === undefined) return items;
  }
}

const withQuery = (path: string, query: Readonly<Record<string, string>>): string =>
  `${path}?${new URLSearchParams(query)}`;

async function askTimeline(
  { ask }: Asking,
  model: string,
  query: Readonly<Record<string, string>>,
): Promise<Timeline> {
  const path = `models/${encodeURIComponent(model)}/timeline`;
  return (await ask(withQuery(path, { ...query, points: String(points) }))) as Timeline;
}

/** Where samples were thinned out the stretch is asked in halves; where a lane was cut, what was before it. */
async function readTimelines(
  asking: Asking,
  model: string,
  [from, until]: readonly [string, string],
  found: Timeline[],
): Promise<void> {
  const timeline = await askTimeline(asking, model, { from, until });
  const begins = timeline.before ?? from;
  const [fromMs, untilMs] = [Date.parse(begins), Date.parse(until)];
  const isThinned = timeline.metrics.some(({ thinned }) => thinned > 0);
  if (isThinned && untilMs - fromMs > shortestMs) {
    const middle = new Date((fromMs + untilMs) / 2).toISOString();
    await readTimelines(asking, model, [begins, middle], found);
    await readTimelines(asking, model, [middle, until], found);
  } else {
    found.push(timeline);
    asking.hear('stretches of the time line', found.length);
  }
  if (timeline.before !== null && timeline.before > from)
    await readTimelines(asking, model, [from, timeline.before], found);
}
