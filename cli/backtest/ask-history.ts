/** What a running service has recorded of a model, read through its API, whole. */
import type { Decision } from '../../shared/domain/decision.ts';
import type { Operation } from '../../shared/domain/operation.ts';
import type { Run } from '../../shared/domain/run.ts';
import type { MetricStrip, Timeline, TimelineChampion } from '../../shared/domain/timeline.ts';
import { listingPath } from '../listing.ts';
import { askService } from '../service.ts';

export type Service = Parameters<typeof askService>[0];

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

export async function askHistory(
  service: Service,
  model: string,
  { withFleet }: { readonly withFleet: boolean },
): Promise<Recorded> {
  const ask = <T>(path: string, key: string, query: Readonly<Record<string, string>>) =>
    askAll<T>(service, path, key, query);
  const decisions = await ask<Decision>('decisions', 'decisions', { model });
  const runs = await ask<Run>('runs', 'runs', withFleet ? {} : { model });
  const own = await ask<Operation>('operations', 'operations', { model });
  const ofFleet = await ask<Operation>('operations', 'operations', { model: '(fleet)' });
  const { at } = await askTimeline(service, model, {});
  const timelines: Timeline[] = [];
  await readTimelines(service, model, '2000-01-01T00:00:00.000Z', after(at), timelines);
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
async function askAll<T>(
  service: Service,
  path: string,
  key: string,
  query: Readonly<Record<string, string>>,
): Promise<readonly T[]> {
  const items: T[] = [];
  for (let continuation: string | undefined; ; ) {
    const asked = { ...query, limit: '1000', ...(continuation !== undefined && { continuation }) };
    const page = (await askService(service, listingPath(path, asked))) as Record<string, unknown>;
    items.push(...(page[key] as T[]));
    continuation = page['continuation'] as string | undefined;
    if (continuation === undefined) return items;
  }
}

async function askTimeline(
  service: Service,
  model: string,
  query: Readonly<Record<string, string>>,
): Promise<Timeline> {
  const path = listingPath(`models/${encodeURIComponent(model)}/timeline`, { ...query, points });
  return (await askService(service, path)) as Timeline;
}

/** Where samples were thinned out the stretch is asked in halves; where a lane was cut, what was before it. */
async function readTimelines(
  service: Service,
  model: string,
  from: string,
  until: string,
  found: Timeline[],
): Promise<void> {
  const timeline = await askTimeline(service, model, { from, until });
  const begins = timeline.before ?? from;
  const [fromMs, untilMs] = [Date.parse(begins), Date.parse(until)];
  const isThinned = timeline.metrics.some(({ thinned }) => thinned > 0);
  if (isThinned && untilMs - fromMs > shortestMs) {
    const middle = new Date((fromMs + untilMs) / 2).toISOString();
    await readTimelines(service, model, begins, middle, found);
    await readTimelines(service, model, middle, until, found);
  } else found.push(timeline);
  if (timeline.before !== null && timeline.before > from)
    await readTimelines(service, model, from, timeline.before, found);
}
