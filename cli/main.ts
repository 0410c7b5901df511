import { suggest } from '../shared/config/suggest.ts';
import { accept } from './accept.ts';
import { approve } from './approve.ts';
import { audit } from './audit.ts';
import { backtest } from './backtest.ts';
import { breakGlass } from './break-glass.ts';
import { cancel } from './cancel.ts';
import { type Command, UsageError } from './command.ts';
import { completionOf } from './completion.ts';
import { data } from './data.ts';
import { decisions } from './decisions.ts';
import { diff } from './diff.ts';
import { doctor } from './doctor.ts';
import { explain } from './explain.ts';
import { exportCommand } from './export.ts';
import { fleet } from './fleet.ts';
import { freeze } from './freeze.ts';
import { gate } from './gate.ts';
import { inbox } from './inbox.ts';
import { init } from './init.ts';
import { lineage } from './lineage.ts';
import { local } from './local.ts';
import { logs } from './logs.ts';
import { mcp } from './mcp.ts';
import { mode } from './mode.ts';
import { models } from './models.ts';
import { operations } from './operations.ts';
import { packageCommand } from './package.ts';
import { readVersion } from './project.ts';
import { quarantine } from './quarantine.ts';
import { rebuild } from './rebuild.ts';
import { refuse } from './refuse.ts';
import { release } from './release.ts';
import { releases } from './releases.ts';
import { report } from './report.ts';
import { request } from './request.ts';
import { rollBack } from './roll-back.ts';
import { runs } from './runs.ts';
import { serving } from './serving.ts';
import { test } from './test.ts';
import { thaw } from './thaw.ts';
import { trace } from './trace.ts';
import { ui } from './ui.ts';
import { up } from './up.ts';
import { upgrade } from './upgrade.ts';
import { validate } from './validate.ts';
import { watch } from './watch.ts';
import { whoami } from './whoami.ts';
import { withdraw } from './withdraw.ts';

const commands: Readonly<Record<string, Command>> = {
  init,
  up,
  ui,
  validate,
  models,
  inbox,
  request,
  report,
  decisions,
  data,
  runs,
  watch,
  logs,
  explain,
  trace,
  gate,
  freeze,
  thaw,
  mode,
  approve,
  withdraw,
  cancel,
  accept,
  refuse,
  'break-glass': breakGlass,
  releases,
  release,
  'roll-back': rollBack,
  quarantine,
  serving,
  lineage,
  audit,
  package: packageCommand,
  fleet,
  operations,
  rebuild,
  upgrade,
  whoami,
  doctor,
  diff,
  backtest,
  export: exportCommand,
  test,
  completion: completionOf(() => commands),
  mcp,
  local,
};

/** How many people write it. */
const otherNames: Readonly<Record<string, string>> = { rollback: 'roll-back' };

/** Runs `ratchet` with its arguments and answers the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const [given, ...rest] = args;
  const name = given === undefined ? undefined : (otherNames[given] ?? given);
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    console.log(help());
    return name === undefined ? 2 : 0;
  }
  if (name === '--version' || name === '-V' || name === 'version') {
    console.log(`ratchet ${readVersion()} (Node ${process.versions.node})`);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    console.error(
      `ratchet: no command ${JSON.stringify(name)}${suggest(name, Object.keys(commands))}; see ratchet --help`,
    );
    return 2;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    console.log(`${command.summary}\n\n${command.usage}`);
    return 0;
  }
  try {
    return await command.run(rest);
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`ratchet ${name}: ${error.message}\n\n${command.usage}`);
      return 2;
    }
    console.error(`ratchet ${name}: ${error instanceof Error ? error.message : String(error)}`);
    return 3;
  }
}

function help(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'ratchet: query and operate the retraining service, and check its model files',
    '',
    ...lines,
    '',
    '  ratchet COMMAND --help shows a command.',
    '  Commands that call the service take --url (or RATCHET_URL) and --json, and who you are: --token (or RATCHET_TOKEN), locally',
    '  --as NAME, or for a machine --key (or RATCHET_KEY: a function key). Without one it is the first of .ratchet/people.json.',
    '  Without --url it is the service that runs in this folder or one above it (.ratchet, or RATCHET_HOME), or else',
    '  http://127.0.0.1:7071. In Azure, RATCHET_SCOPE=api://CLIENT_ID/.default makes the Azure CLI sign you in. --version prints the version.',
  ].join('\n');
}
