/**
 * What `azd up` and `azd down` cannot do by the template that is theirs.
 *
 * Owns: which commands of the Azure CLI are run, in which order, and what is kept in azd's environment.
 * Does not own: what is deployed (the templates), running commands (run.ts).
 *
 * `azd down` deletes every resource group in which a resource of its deployment lies (azure-dev issues 2916 and 4785). So
 * what has to lie in the workspace's group is a deployment stack of its own, and what has to stay a deployment of its own.
 *
 * Invariants
 * 1. Every step may be repeated.
 * 2. Nothing of a workspace that is not ours is deleted, but what the stack has made, and the ledger where somebody says so.
 */
import { fileURLToPath } from 'node:url';
import { forgetPeople, preparePeople, tellAddress } from './people.ts';
import { type Env, keep, type Place, required } from './place.ts';
import type { Run } from './run.ts';

export const steps = ['before-provision', 'after-provision', 'after-deploy', 'before-down'] as const;
type Step = (typeof steps)[number];
export const isStep = (text: string): text is Step => (steps as readonly string[]).includes(text);

export async function takeStep(
  step: Step,
  given: Env,
  runWith: (env: Env) => Run,
  say: (line: string) => void,
): Promise<void> {
  const env = { ...given };
  const place: Place = { env, run: (program, args) => runWith(env)(program, args), say };
  if (step === 'before-provision') await beforeProvision(place);
  if (step === 'after-provision') await afterProvision(place);
  if (step === 'after-deploy') await afterDeploy(place);
  if (step === 'before-down') await beforeDown(place);
}

async function beforeProvision(place: Place): Promise<void> {
  const { env } = place;
  if (!env['RATCHET_WORKSPACE_ID'] && env['RATCHET_SAMPLE_WORKSPACE'] !== 'true')
    throw new Error(
      'RATCHET_WORKSPACE_ID must name the workspace by its resource id; found nothing; set it with azd env set, or have a sample one made: azd env set RATCHET_SAMPLE_WORKSPACE true',
    );
  await deployLedger(place);
  await preparePeople(place);
}

async function afterProvision(place: Place): Promise<void> {
  await tellAddress(place);
  await deployBeside(place);
}

/** Subscriptions to functions can be made when these are there, and not before. */
async function afterDeploy(place: Place): Promise<void> {
  const { env } = place;
  if (env['RATCHET_EVENT_DELIVERY'] !== 'function') return;
  await keep(place, 'RATCHET_EVENTS_APP_ID', required(env, 'RATCHET_APP_ID'));
  await deployBeside(place);
}

/** Takes away what is beside the workspace; azd takes the rest. */
async function beforeDown(place: Place): Promise<void> {
  const { env, say } = place;
  if (!env['RATCHET_DATA_STORAGE_ID']) return say('nothing lies beside a workspace yet');
  const deletes = env['RATCHET_DELETE_LEDGER'] === 'true';
  // What is locked keeps its grants, too: the lock goes first, and comes again unless the ledger goes.
  await unlock(place);
  await deleteBeside(place);
  await keep(place, 'RATCHET_EVENTS_APP_ID', '');
  await forgetPeople(place);
  if (deletes) return deleteLedger(place);
  await deployLedger(place);
  say(`the ledger stays in ${env['RATCHET_DATA_ACCOUNT']}; docs/deploy.md says how it is deleted`);
}

async function deployLedger(place: Place): Promise<void> {
  const { env, run } = place;
  const printed = await run('az', [
    ...[
      'deployment',
      'sub',
      'create',
      ...atWorkspace(env),
      '--name',
      `ratchet-ledger-${env['AZURE_ENV_NAME']}`,
    ],
    ...['--location', required(env, 'AZURE_LOCATION'), '--parameters', fileOf('ledger.bicepparam')],
    ...['--query', 'properties.outputs', '--output', 'json'],
  ]);
  const outputs = JSON.parse(printed) as Record<string, { readonly value: string }>;
  // Resource Manager may write their names in another case.
  for (const [name, { value }] of Object.entries(outputs)) await keep(place, name.toUpperCase(), value);
}

async function deployBeside({ env, run }: Place): Promise<void> {
  await run('az', [
    ...['stack', 'sub', 'create', ...atWorkspace(env), '--name', stackOf(env)],
    ...['--location', required(env, 'AZURE_LOCATION'), '--parameters', fileOf('workspace.bicepparam')],
    ...['--action-on-unmanage', 'deleteResources', '--deny-settings-mode', 'none', '--yes'],
  ]);
}

/** A stack that was never made is none to delete. */
async function deleteBeside({ env, run }: Place): Promise<void> {
  const query = `[?name=='${stackOf(env)}'].name`;
  const found = await run('az', [
    'stack',
    'sub',
    'list',
    ...atWorkspace(env),
    '--query',
    query,
    '--output',
    'tsv',
  ]);
  if (found === '') return;
  await run('az', [
    ...['stack', 'sub', 'delete', ...atWorkspace(env), '--name', stackOf(env)],
    ...['--action-on-unmanage', 'deleteResources', '--yes'],
  ]);
}

async function unlock({ env, run }: Place): Promise<void> {
  if (env['RATCHET_LOCK_LEDGER'] === 'false') return;
  const id = `${required(env, 'RATCHET_DATA_STORAGE_ID')}/providers/Microsoft.Authorization/locks/ratchet-ledger`;
  await run('az', ['lock', 'delete', '--ids', id]);
}

/** The tables of the ledger; of a sample workspace everything. Files of runs stay in somebody's own container. */
async function deleteLedger(place: Place): Promise<void> {
  const { env, run, say } = place;
  const group = required(env, 'RATCHET_DATA_STORAGE_ID').split('/')[4]!;
  if (env['RATCHET_SAMPLE_WORKSPACE'] === 'true') {
    await run('az', ['group', 'delete', ...atWorkspace(env), '--name', group, '--yes']);
    await keep(place, 'RATCHET_WORKSPACE_ID', '');
    return say(`the sample workspace and its ledger are deleted, with resource group ${group}`);
  }
  const account = ['--account-name', required(env, 'RATCHET_DATA_ACCOUNT'), '--auth-mode', 'login'];
  const query = "[?starts_with(name,'Ratchet')].name";
  const printed = await run('az', [
    'storage',
    'table',
    'list',
    ...account,
    '--query',
    query,
    '--output',
    'tsv',
  ]);
  for (const table of printed.split(/\s+/).filter(Boolean))
    await run('az', ['storage', 'table', 'delete', ...account, '--name', table]);
  say('the tables of the ledger are deleted; files of runs are still in the container, under runs/');
}

const fileOf = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));
const stackOf = (env: Env): string => `ratchet-${env['AZURE_ENV_NAME']}`;

/** The workspace may be in another subscription than the app. */
function atWorkspace(env: Env): string[] {
  const own = env['RATCHET_WORKSPACE_ID']?.split('/')[2];
  return ['--subscription', own || required(env, 'AZURE_SUBSCRIPTION_ID')];
}
