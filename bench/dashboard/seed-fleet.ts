/** A local service with a large ledger, the model files that belong to it, and the states of its models. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { TableClient } from '@azure/data-tables';
import { parse, stringify } from 'yaml';
import { type LocalCloud, launchLocalCloud } from '../../local/launch/local-cloud.ts';
import type { CheckRow } from '../../shared/domain/check.ts';
import { type ModelState, newModelState } from '../../shared/domain/model-state.ts';
import type { OverviewPage } from '../../shared/domain/overview.ts';
import { decisionsTable, Ledger, runsTable } from '../../shared/ledger/ledger.ts';
import { fillLedger, modelName, nthRun, type Size } from '../ledger/fill.ts';
import type { Measuring } from '../measure/run-benchmark.ts';

export interface Seeded {
  readonly apiRoot: string;
  readonly local: LocalCloud;
  readonly models: number;
  /** Models with checks of a month, between `from` and `until`. */
  readonly checked: readonly string[];
  readonly from: string;
  readonly until: string;
  /** How each page of the fleet but the first is asked for. */
  readonly continuations: readonly string[];
  /** From the first question of a ledger from before there were cards to its answer, and until the last card was made. */
  readonly firstLookMs: number;
  readonly cardsMs: number;
}

const sample = fileURLToPath(new URL('../../models/spam-filter.yaml', import.meta.url));
const checkedAtMost = 20;
const hoursChecked = 720;

export async function seedFleet(home: string, size: Size, { say, ends, signal }: Measuring): Promise<Seeded> {
  const names = Array.from({ length: size.models }, (_, index) => modelName(index));
  const modelsFolder = join(home, 'models');
  writeModelFiles(modelsFolder, names);
  say('starting the service');
  const local = await launchLocalCloud({ home: join(home, 'cloud'), modelsFolder, signal });
  ends.defer(() => local.stop());
  say(`filling the ledger: ${size.decisions} decisions, ${size.runs} runs of ${size.models} models`);
  const open = (name: string): TableClient =>
    TableClient.fromConnectionString(local.cloud().storage, name, { allowInsecureConnection: true });
  const [decisions, runs] = [open(decisionsTable), open(runsTable)];
  await Promise.all([decisions.createTable(), runs.createTable()]);
  await fillLedger(decisions, runs, size);
  // As a ledger that was written since rows have second rows.
  for (const table of [decisions, runs])
    for (const partitionKey of names) await table.upsertEntity({ partitionKey, rowKey: '~second-rows' });
  const checked = names.slice(0, checkedAtMost);
  say(`filling in checks: ${hoursChecked} of each of ${checked.length} models`);
  const ledger = new Ledger(open);
  for (const model of checked) await ledger.checks.record(model, checksOf(model), 400 * 86_400_000);
  say('writing the states of the models');
  await local.killHost();
  writeStates(join(home, 'cloud', 'host'), names);
  await local.startHost();
  // The host has just started: what it reads of the model files is no matter of the ledger.
  await fetch(`${local.apiRoot}/models/${names[0]}/policy`);
  say('the first look');
  const beganAtMs = performance.now();
  await readPage(local.apiRoot);
  const firstLookMs = performance.now() - beganAtMs;
  say('making the cards, a piece with each look');
  while ((await readPages(local.apiRoot)).unread > 0) signal.throwIfAborted();
  const cardsMs = performance.now() - beganAtMs;
  const { continuations } = await readPages(local.apiRoot);
  const [from, until] = [checkTime(0), checkTime(hoursChecked)];
  return {
    apiRoot: local.apiRoot,
    local,
    models: size.models,
    checked,
    from,
    until,
    continuations,
    firstLookMs,
    cardsMs,
  };
}

function writeModelFiles(folder: string, names: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  const config = parse(readFileSync(sample, 'utf8')) as Record<string, object>;
  const triggers = { ...config['triggers'], schedules: [{ name: 'weekly', cron: '0 6 * * 1' }] };
  const policy = { ...config['policy'], budget: { computeHours: 100 }, breakAfter: 5 };
  for (const model of names) {
    writeFileSync(join(folder, `${model}.yaml`), stringify({ ...config, model, triggers, policy }));
  }
}

const checkTime = (hour: number): string => new Date(Date.UTC(2020, 0, 1) + hour * 3_600_000).toISOString();

function checksOf(model: string): CheckRow[] {
  return Array.from({ length: hoursChecked }, (_, hour): CheckRow => {
    const value = 0.97 + 0.02 * Math.sin(hour / 24);
    const verdict = value < 0.952 ? 'breached' : 'fine';
    return {
      ...{
        rule: 'accuracy-low',
        kind: 'metric',
        model,
        at: checkTime(hour),
        source: 'metrics-api',
        metric: 'accuracy',
      },
      ...{
        value,
        limit: { side: 'below', value: 0.95 },
        sample: 214,
        minimumSample: 100,
        window: `hour ${hour}`,
      },
      ...{ verdict, sentence: `accuracy ${value.toFixed(4)} is not below 0.95 (n=214).`, signalId: null },
    };
  });
}

/** What the entities of the models keep: a champion, what was spent, signals that were answered. */
function writeStates(folder: string, names: readonly string[]): void {
  const store = new DatabaseSync(join(folder, 'durable.db'));
  try {
    const insert = store.prepare(
      'INSERT OR REPLACE INTO entities (id, present, state, updated_ms) VALUES (?, 1, ?, ?)',
    );
    store.exec('BEGIN');
    for (const model of names) insert.run(`@model@${model}`, JSON.stringify(stateOf(model)), Date.now());
    store.exec('COMMIT');
  } finally {
    store.close();
  }
}

function stateOf(model: string): ModelState {
  const last = nthRun(model, 9);
  const at = last.startedAt;
  return {
    ...newModelState,
    champion: { name: model, version: '7', modelUri: 'azureml://jobs/7/outputs/model', runId: last.runId },
    championSince: at,
    lastRun: { runId: last.runId, outcome: 'gate-failed', endedAt: at },
    spent: [{ runId: last.runId, at, computeHours: 2, settled: true }],
    answered: Array.from({ length: 50 }, (_, nth) => {
      return {
        id: `metric:${model}:accuracy-low:${nth}`,
        outcome: 'coalesced',
        reason: 'run-live',
        runId: last.runId,
        at,
      };
    }),
  };
}

async function readPage(apiRoot: string, continuation?: string): Promise<OverviewPage> {
  const query = continuation === undefined ? '' : `&continuation=${continuation}`;
  const response = await fetch(`${apiRoot}/overview?limit=200${query}`);
  if (!response.ok) throw new Error(`overview answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as OverviewPage;
}

async function readPages(apiRoot: string): Promise<{ continuations: readonly string[]; unread: number }> {
  const continuations: string[] = [];
  let unread = 0;
  for (let page = await readPage(apiRoot); ; page = await readPage(apiRoot, continuations.at(-1))) {
    unread += page.unread;
    if (page.continuation === undefined) return { continuations, unread };
    continuations.push(page.continuation);
  }
}
