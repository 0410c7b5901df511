/**
 * Every model there is, in one line each: asked page after page, and afterwards only for those that have changed.
 *
 * Owns: the table of the fleet as the service tells it. Does not own: how it is sorted and shown (pages/fleet).
 */
import { signal } from '@preact/signals';
import type { Change } from '../../shared/domain/changes.ts';
import type { ModelOverview, OverviewPage } from '../../shared/domain/overview.ts';
import { learnNow } from '../parts/now.ts';
import { read, ServiceError } from './ask.ts';
import { onChanges } from './live.ts';
import type { Resource } from './resource.ts';
import { learnFrom } from './session.ts';

export interface Fleet {
  readonly models: readonly ModelOverview[];
  /** How many there are; more than `models` until all pages have come. */
  readonly total: number;
  readonly page: Pick<OverviewPage, 'stopped' | 'fleetProblems' | 'unread'>;
}

const pageSize = 200;
/** The first models are to be seen soon. */
const firstPageSize = 50;
/** More that changed at once are asked as pages. */
const mostAlone = 8;

export const fleet = signal<Resource<Fleet>>({ data: null, error: null, isAsking: true });

let asking: Promise<void> | null = null;

function askFleet(): Promise<void> {
  asking ??= guarded(readAll).finally(() => {
    asking = null;
  });
  return asking;
}

async function guarded(what: () => Promise<void>): Promise<void> {
  try {
    await what();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    learnFrom(error);
    fleet.value = { ...fleet.peek(), error, isAsking: false };
  }
}

async function readAll(): Promise<void> {
  const isFirst = fleet.peek().data === null;
  const models: ModelOverview[] = [];
  let continuation: string | undefined;
  let unread = 0;
  do {
    const next = continuation === undefined ? '' : `&continuation=${encodeURIComponent(continuation)}`;
    const page = await read<OverviewPage>(
      `overview?limit=${isFirst && next === '' ? firstPageSize : pageSize}${next}`,
    );
    models.push(...page.models);
    continuation = page.continuation;
    unread += page.unread;
    learnNow(page.at);
    // The first time what has come is shown at once; later nobody is to see the table shrink and grow.
    if (isFirst || continuation === undefined) {
      put({ models: [...models], total: page.total, page: { ...page, unread } });
    }
  } while (continuation !== undefined);
}

function put(data: Fleet): void {
  fleet.value = { data, error: null, isAsking: false };
}

async function readSome(names: readonly string[]): Promise<void> {
  const pages = await Promise.all(
    names.map((name) => read<OverviewPage>(`overview?model=${encodeURIComponent(name)}`)),
  );
  const { data } = fleet.peek();
  const [first] = pages;
  if (!data || !first) return;
  learnNow(first.at);
  const changed = new Map(pages.flatMap(({ models }) => models.map((each) => [each.model, each] as const)));
  const models = data.models.map((each) => changed.get(each.model) ?? each);
  put({ models, total: data.total, page: first });
}

/** Asks now, and again for whatever changes. Answers how to stop. */
export function followFleet(): () => void {
  void askFleet();
  return onChanges((changes) => {
    const names = changes && namesOf(changes);
    const known = fleet.peek().data?.models ?? [];
    const isKnown = names?.every((name) => known.some(({ model }) => model === name));
    // While cards are still being made, how many are missing is told by all pages together.
    const isUnread = (fleet.peek().data?.page.unread ?? 0) > 0;
    if (!names || !isKnown || isUnread || names.length > mostAlone) void askFleet();
    else void guarded(() => readSome(names));
  });
}

/** Null: the fleet itself has changed. */
function namesOf(changes: readonly Change[]): readonly string[] | null {
  const names = changes.map(({ model }) => model);
  return names.includes(null) ? null : [...new Set(names as string[])];
}
