/** `npm start`: keeps the service and its local cloud running, and says what runs where. */
import { relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { logTail } from './launch/child.ts';
import { type LocalCloud, launchLocalCloud } from './launch/local-cloud.ts';
import { onInterrupt } from './launch/on-interrupt.ts';
import { requireNode24 } from './launch/require-node.ts';
import { ensureSampleMail, publishSampleCode, sampleModel } from './launch/sample-model.ts';
import { readStartSettings, type StartSettings } from './launch/start-settings.ts';

requireNode24('npm start');

const helpText = `npm start -- [options]

Runs the service and its local cloud on this machine until Ctrl-C, and goes on where it was at the next start.

  --json     print what runs where as one JSON document when everything is ready
  --help     show this

  RATCHET_HOME    state folder (default .ratchet)
  RATCHET_PORT    port of the application (default 7071; 0 is any free one, kept from then on)
  RATCHET_CLOCK   system or virtual (default system)
`;

function readFlags(): { json: boolean; help: boolean } {
  const flag = { type: 'boolean', default: false } as const;
  return parseArgs({ options: { json: flag, help: flag } }).values;
}

/** Where the stop by a signal is under way, which ends the process itself. */
const untilExit = new Promise<never>(() => {});

/** What runs where, for programs. */
function describe(local: LocalCloud) {
  const cloud = local.cloud();
  return {
    api: local.apiRoot,
    workspace: { id: cloud.workspaceId, endpoint: cloud.armEndpoint, caFile: cloud.caFile },
    storage: cloud.storage,
    serviceBus: cloud.serviceBus,
    eventGrid: { endpoint: cloud.eventGridEndpoint, key: cloud.eventGridKey },
    logAnalytics: { workspace: cloud.logsWorkspaceId, endpoint: cloud.logsEndpoint },
    clock: local.controls(),
    home: local.home,
    logs: local.logFiles,
  };
}

function printTable(local: LocalCloud): void {
  const cloud = local.cloud();
  const near = (path: string): string => {
    const fromHere = relative(process.cwd(), path);
    return fromHere === '' || fromHere.startsWith('..') ? path : fromHere;
  };
  const endpointOf = (connection: string, key: string): string =>
    new RegExp(`${key}=([^;]+)`).exec(connection)?.[1] ?? connection;
  const rows: [string, string][] = [
    ['API', `${local.apiRoot}/models`],
    ['workspace', cloud.armEndpoint],
    ['storage', endpointOf(cloud.storage, 'BlobEndpoint')],
    ['Service Bus', endpointOf(cloud.serviceBus, 'Endpoint')],
    ['Event Grid', cloud.eventGridEndpoint],
    ['Log Analytics', cloud.logsEndpoint],
    ['state', near(local.home)],
    ['logs', `${near(local.logFiles.host)}, ${near(local.logFiles.cloud)}`],
  ];
  const lines = rows.map(([name, value]) => `  ${pc.dim(name.padEnd(13))}${value}`);
  const command = [
    `curl -X POST ${local.apiRoot}/models/${sampleModel.name}/signals \\`,
    `    -H 'content-type: application/json' -d '{"reason": "a first champion", "requestedBy": "me"}'`,
  ].join('\n');
  process.stdout.write(
    `\n${pc.bold('Ratchet is running')}\n\n${lines.join('\n')}\n\n  Ask for a run, then watch it:\n\n` +
      `  ${command}\n  curl ${local.apiRoot}/runs\n\n  Ctrl-C stops everything; the next start goes on from here.\n\n`,
  );
}

async function start(settings: StartSettings, json: boolean): Promise<void> {
  const stopping = new AbortController();
  const launching = launchLocalCloud({ ...settings, signal: stopping.signal });
  onInterrupt(async () => {
    stopping.abort(new Error('stopped before everything was ready'));
    await (await launching.catch(() => null))?.stop();
  }, 0);
  const local = await launching.catch((error: unknown) => {
    if (stopping.signal.aborted) return untilExit;
    throw error;
  });
  const failed = failOnDeath(local, stopping.signal);
  await publishSampleCode(local.cloud());
  await ensureSampleMail(local.cloud());
  if (json) process.stdout.write(`${JSON.stringify(describe(local), null, 2)}\n`);
  else printTable(local);
  await failed;
}

/** Never resolves while both processes live, or end because they were asked to. */
async function failOnDeath(local: LocalCloud, stopping: AbortSignal): Promise<void> {
  const dead = await Promise.race([
    local.cloudExited().then(() => ({ name: 'the local cloud', log: local.logFiles.cloud })),
    local.hostExited().then(() => ({ name: 'the Functions host', log: local.logFiles.host })),
  ]);
  if (stopping.aborted) return untilExit;
  await local.stop();
  throw new Error(`${dead.name} ended by itself; start again to go on from its state.\n${logTail(dead.log)}`);
}

let flags: ReturnType<typeof readFlags>;
let settings: StartSettings;
try {
  flags = readFlags();
  settings = readStartSettings(process.env, resolve('.ratchet'));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${helpText}`);
  process.exit(2);
}
if (flags.help) {
  process.stdout.write(helpText);
  process.exit(0);
}
try {
  await start(settings, flags.json);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
