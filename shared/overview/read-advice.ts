/** Reads what advice is made from: the checks of the first rule of metrics, champions, runs and the rows that came. */
import { advise } from '../advice/advise.ts';
import type { Past, PastRun } from '../advice/known-past.ts';
import type { PinnedModel } from '../config/schema.ts';
import type { Advice } from '../domain/advice.ts';
import type { Decision } from '../domain/decision.ts';
import type { ModelState } from '../domain/model-state.ts';
import type { Run } from '../domain/run.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Page } from '../ledger/read-newest.ts';
import { listChampions } from './list-spans.ts';

const atMost = { checks: 2_000, runs: 200, releases: 100, decisions: 1_000 } as const;

/** `state` null: nobody knows it. `at`: ISO 8601, UTC. */
export async function readAdvice(
  ledger: Ledger,
  pinned: PinnedModel,
  state: ModelState | null,
  at: string,
): Promise<Advice> {
  const { config } = pinned;
  const [rule] = config.triggers.metrics;
  return advise(config, rule ? await readPast(ledger, config.model, rule.name, state) : nothing, at);
}

const nothing: Past = { reports: [], champions: [], runs: [], data: [] };

async function readPast(
  ledger: Ledger,
  model: string,
  rule: string,
  state: ModelState | null,
): Promise<Past> {
  const [checks, runs, releases, decisions] = await Promise.all([
    readAll((continuation) => ledger.checks.list({ model, limit: 1_000, continuation }), atMost.checks),
    ledger.listRuns({ model, limit: atMost.runs }),
    ledger.listReleases({ model, limit: atMost.releases }),
    readAll((continuation) => ledger.listDecisions({ model, limit: 1_000, continuation }), atMost.decisions),
  ]);
  const spent = new Map((state?.spent ?? []).map((each) => [each.runId, each]));
  return {
    reports: checks.flatMap((check) => {
      const { at, value, sample, standardError = null } = check;
      if (check.kind !== 'metric' || check.rule !== rule || value === null) return [];
      return [{ at, value, sample, standardError, version: null }];
    }),
    champions: listChampions(runs.items, releases.items, state),
    runs: runs.items.map((run) => {
      const settled = spent.get(run.runId);
      return describeRun(run, settled?.settled ? settled.computeHours : null);
    }),
    data: decisions.flatMap(rowsOf),
  };
}

/** The hours that the workspace told where the budget still has them, or else those of the phases of its jobs. */
function describeRun({ startedAt, endedAt, outcome, phases = [] }: Run, settled: number | null): PastRun {
  const jobs = phases.flatMap(({ phase, from }, index) => {
    const until = phases[index + 1]?.from ?? endedAt;
    const isJob = phase === 'train' || phase === 'evaluate' || phase === 'past-champions';
    return isJob && until !== null ? [Date.parse(until) - Date.parse(from)] : [];
  });
  const told = jobs.length > 0 ? jobs.reduce((sum, ms) => sum + ms, 0) / 3_600_000 : null;
  return { startedAt, endedAt, outcome, hours: settled ?? told };
}

/** The rows of a file that was taken. */
function rowsOf({ signal, reason, offeredAt }: Decision): Past['data'] {
  const rows = signal.newData?.rows;
  if (signal.kind !== 'data' || rows === undefined || rows === null || reason === 'data-refused') return [];
  return [{ at: offeredAt, rows }];
}

async function readAll<T>(
  read: (continuation: string | undefined) => Promise<Page<T>>,
  most: number,
): Promise<readonly T[]> {
  const items: T[] = [];
  for (let continuation: string | undefined; ; ) {
    const page = await read(continuation);
    items.push(...page.items);
    if (page.continuation === null || items.length >= most) return items;
    continuation = page.continuation;
  }
}
