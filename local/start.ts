/** `npm start`: keeps the service and its local cloud running, and says what runs where. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkService } from './launch/check-service.ts';
import { logTail } from './launch/child.ts';
import { appSettings, traceSettings } from './launch/cloud-state.ts';
import { describeService, renderService } from './launch/describe-service.ts';
import { readShellSettings } from './launch/environment.ts';
import { type LocalCloud, launchLocalCloud } from './launch/local-cloud.ts';
import { onInterrupt } from './launch/on-interrupt.ts';
import { requireNode24 } from './launch/require-node.ts';
import { linkForTheFirst } from './launch/sign-in-link.ts';
import { readStartSettings, type StartSettings } from './launch/start-settings.ts';

requireNode24('npm start');

const helpText = `npm start -- [options]

Runs the service and its local cloud on this machine until Ctrl-C, and continues where it stopped at the next start.

  --keys     require function keys, as in Azure; they are stored in the state folder, host/keys.json
  --traces   keep the traces of signals, runs and releases in memory: the page and ratchet trace show them
  --json     print the addresses of all services as one JSON document when everything is ready
  --help     show this

  RATCHET_HOME        state folder (default .ratchet)
  RATCHET_MODELS_DIR  folder of the model files (default: the sample models)
  RATCHET_PORT        port of the application (default: the one of the last start, or 7071 if it is free)
  RATCHET_CLOCK       system or virtual (default system)
`;

function readFlags(): { json: boolean; help: boolean; keys: boolean; traces: boolean } {
  const flag = { type: 'boolean', default: false } as const;
  return parseArgs({ options: { json: flag, help: flag, keys: flag, traces: flag } }).values;
}

/** Where the stop by a signal is under way, which ends the process itself. */
const untilExit = new Promise<never>(() => {});

async function start({ modelsFolder, ...settings }: StartSettings, flags: ReturnType<typeof readFlags>) {
  const stopping = new AbortController();
  const hostLog = resolve(settings.home, 'logs', 'host.log');
  const logStart = statSync(hostLog, { throwIfNoEntry: false })?.size ?? 0;
  const launching = launchLocalCloud({
    ...settings,
    keys: flags.keys,
    traces: flags.traces,
    ...(modelsFolder !== null && { modelsFolder }),
    signal: stopping.signal,
  });
  onInterrupt(async () => {
    stopping.abort(new Error('stopped before everything was ready'));
    await (await launching.catch(() => null))?.stop();
  }, 0);
  const local = await launching.catch((error: unknown) => {
    if (stopping.signal.aborted) return untilExit;
    throw error;
  });
  const failed = failOnDeath(local, stopping.signal);
  const given = { ...appSettings(local.cloud(), ''), ...(flags.traces && traceSettings(local.cloud())) };
  for (const name of readShellSettings(given).unused)
    process.stderr.write(`warning: ${name} of this shell is not used: the local cloud sets its own\n`);
  try {
    const models = await checkService(local, logStart);
    if (modelsFolder === null) {
      // The package comes without the sample, and always has a folder of its own.
      const { ensureSampleMail, publishSampleCode, publishSampleScoring } = await import(
        './launch/sample-model.ts'
      );
      await publishSampleCode(local.cloud());
      await publishSampleScoring(local.cloud());
      await ensureSampleMail(local.cloud());
    }
    const keys = flags.keys ? resolve(local.home, 'host', 'keys.json') : null;
    process.stdout.write(
      flags.json
        ? `${JSON.stringify(describeService(local), null, 2)}\n`
        : renderService(local, { keys, models, link: await linkForTheFirst(local) }),
    );
  } catch (error) {
    if (stopping.signal.aborted) return untilExit;
    await local.stop();
    throw error;
  }
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
  throw new Error(
    `${dead.name} stopped unexpectedly; start again to continue from its state.\n${logTail(dead.log)}`,
  );
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
  await start(settings, flags);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
