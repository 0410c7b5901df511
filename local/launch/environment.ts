/**
 * What the local cloud and the Functions host are given of the shell that starts them (see local/process/environment.ts).
 *
 * A training job runs as the same user and can read the environment of the processes above it: what they do not have, it
 * cannot find there. No proxy and no further certificate authority is handed on: everything that both call is on this
 * machine, and behind a proxy's back they would not reach it.
 */
import { forAnyProgram, pickEnvironment } from '../process/environment.ts';

const ofTheUser = ['HOME', 'USERPROFILE', 'TMPDIR', 'TMP', 'TEMP', 'LANG', 'LC_ALL', 'TZ'];
/** Both are Node programs: their memory limit, say, and where what is compiled is kept. RATCHET_CRASH_AT is for whoever tries how they end (docs/durable-engine.md). */
const ofPrograms = ['NODE_OPTIONS', 'NODE_COMPILE_CACHE', 'RATCHET_CRASH_AT'];

export function childEnvironment(): Record<string, string> {
  return pickEnvironment([...forAnyProgram, ...ofTheUser, ...ofPrograms]);
}

/** Settings that a person gives the application or its host in the shell: those of docs/settings.md and docs/functions-host.md. */
const settingName = /^(?:RATCHET_\w+|OTEL_\w+|AzureWebJobs\.[\w-]+\.Disabled|WEBSITE_TIME_ZONE)$/;
/** Settings of the commands and of the start itself, and what is between the processes. */
const notOfTheApplication = new Set([
  ...[
    'RATCHET_URL',
    'RATCHET_KEY',
    'RATCHET_SCOPE',
    'RATCHET_HOME',
    'RATCHET_PORT',
    'RATCHET_HOST_KEY',
    'RATCHET_MODELS_DIR',
  ],
]);

interface ShellSettings {
  readonly used: Readonly<Record<string, string>>;
  /** Names that are set in vain. */
  readonly unused: readonly string[];
}

/**
 * The shell's settings of the application, but for those that the local cloud gives: a storage account of Azure that is
 * named in the shell is not to be mixed with the local workspace. `RATCHET_STORAGE__x` goes with `RATCHET_STORAGE`.
 */
export function readShellSettings(given: Readonly<Record<string, string>>): ShellSettings {
  const names = Object.keys(process.env).filter(
    (name) => settingName.test(name) && !notOfTheApplication.has(name),
  );
  const isGiven = (name: string): boolean => name.split('__')[0]! in given;
  return {
    used: pickEnvironment(names.filter((name) => !isGiven(name))),
    unused: names.filter(isGiven).sort(),
  };
}
