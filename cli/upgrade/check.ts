import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Work } from '../../local/clock/work.ts';
import { loadApp } from '../../local/functions-host/app/load-app.ts';
import type { FunctionApp, Versioning } from '../../local/functions-host/contract.ts';
import type { HubItem, TaskHub } from '../../local/functions-host/durable/takeover/hub-item.ts';
import { refuseEntity, refuseInstance } from '../../local/functions-host/durable/takeover/take-over.ts';
import { readHostJson } from '../../local/functions-host/host-json.ts';
import { parseDurationMs } from '../../shared/config/duration.ts';
import { checkFolder, formatProblem } from '../check-config.ts';
import { UsageError } from '../command.ts';
import { near } from '../find-service.ts';
import { projectFolder } from '../project.ts';
import { printJson } from '../service.ts';
import { describeTakeover } from './describe-takeover.ts';
import { findHub, type WhichHub } from './find-hub.ts';
import type { Takeover } from './schema.ts';

interface Values extends WhichHub {
  readonly package?: string | undefined;
  readonly since?: string | undefined;
  readonly wait?: string | undefined;
  readonly json: boolean;
}

/** An app that is to take over. */
interface Package {
  readonly folder: string;
  readonly version: string;
  readonly app: FunctionApp;
  readonly versioning: Versioning;
  /** Problems of its model files. */
  readonly problems: readonly string[];
}

const betweenLooksMs = 5000;

export async function check(values: Values): Promise<number> {
  const waitMs = values.wait === undefined ? 0 : parseDurationMs(values.wait);
  if (waitMs === null)
    throw new UsageError(`--wait: expected a duration such as PT2H, got ${JSON.stringify(values.wait)}`);
  const sinceMs = values.since === undefined ? null : Date.parse(values.since);
  if (Number.isNaN(sinceMs))
    throw new UsageError(
      `--since: expected a time such as 2026-03-02T08:00:00Z, got ${JSON.stringify(values.since)}`,
    );
  const folder = values.package ?? projectFolder;
  const { hubName } = readHost(folder);
  const hub = await findHub(values, hubName);
  const taken = await openPackage(folder);
  const giveUpAt = Date.now() + waitMs;
  for (;;) {
    const found = await lookAt(hub, taken, sinceMs);
    const waitsFor = isOver(found) || Date.now() + betweenLooksMs > giveUpAt ? [] : broken(found);
    if (waitsFor.length === 0) {
      if (values.json) printJson(found);
      else console.log(describeTakeover(found));
      return found.goesOn ? 0 : 1;
    }
    console.error(`${new Date().toISOString()}  waiting for ${waitsFor.join(', ')}`);
    await sleep(betweenLooksMs);
  }
}

const broken = ({ orchestrations }: Takeover): string[] =>
  orchestrations.filter(({ why }) => why !== null).map(({ instanceId }) => instanceId);

/** Whether waiting changes nothing any more: orchestrations end, the rest does not. */
const isOver = ({ entities, failed, modelFiles }: Takeover): boolean =>
  entities.some(({ why }) => why !== null) || failed.length + modelFiles.length > 0;

function readHost(folder: string) {
  if (!existsSync(join(folder, 'host.json')))
    throw new UsageError(
      `--package: expected the folder of an app, with host.json and package.json, got ${JSON.stringify(folder)}; npm run package makes dist/package, a ZIP has to be unpacked first`,
    );
  return readHostJson(folder).durableTask;
}

async function openPackage(folder: string): Promise<Package> {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  const app = await loadApp({
    appDirectory: folder,
    log: () => {},
    work: new Work(),
    functionTimeoutMs: null,
    onlyFunctions: null,
    skipUnsupported: true,
    onlyToCall: true,
    clientBinding: () => '{}',
  });
  const models = join(folder, 'models');
  const problems = existsSync(models) ? checkFolder(models).problems.map(formatProblem) : [];
  return { folder: near(folder), version, app, versioning: readHost(folder).versioning, problems };
}

async function lookAt(hub: TaskHub, taken: Package, sinceMs: number | null): Promise<Takeover> {
  const { folder, version, problems } = taken;
  const found: Takeover = {
    goesOn: true,
    package: folder,
    packageVersion: version,
    hub: hub.described,
    orchestrations: [],
    entities: [],
    failed: [],
    modelFiles: [...problems],
  };
  for await (const item of hub.read(sinceMs)) await judge(found, item, taken);
  const isGood = ({ why }: { why: string | null }): boolean => why === null;
  found.goesOn =
    [...found.orchestrations, ...found.entities].every(isGood) && found.failed.length + problems.length === 0;
  return found;
}

async function judge(found: Takeover, item: HubItem, { app, versioning }: Package): Promise<void> {
  if (item.kind === 'failure') {
    const { instanceId, orchestrator, at, why } = item;
    found.failed.push({ instanceId, orchestrator, at, why });
  } else if (item.kind === 'entity') {
    found.entities.push({ name: item.name, key: item.key, why: await refuseEntity(app, item) });
  } else {
    const { instanceId, orchestrator, history } = item;
    const why = await refuseInstance(app, item, versioning);
    found.orchestrations.push({ instanceId, orchestrator, events: history.length, why });
  }
}
