/**
 * The application that people sign in with: an app registration of Microsoft Entra ID, which is no resource of Azure.
 *
 * The Bicep extension for Microsoft Graph could make one; it comes from a registry of containers, which is not to be had
 * wherever the templates are checked.
 */
import { fileURLToPath } from 'node:url';
import { type Env, keep, type Place, required } from './place.ts';

/** Makes the application, once. One of somebody's own is used as it is. */
export async function preparePeople(place: Place): Promise<void> {
  const { env, run, say } = place;
  if (env['RATCHET_SIGN_IN'] === 'false') return say('nobody can sign in: RATCHET_SIGN_IN is false');
  if (env['RATCHET_AUTH_CLIENT_ID']) return;
  const client = (await findOwn(place)) || (await make(place));
  await run('az', ['ad', 'app', 'update', '--id', client, '--identifier-uris', `api://${client}`]);
  await run('az', ['ad', 'app', 'update', '--id', client, '--set', 'api.requestedAccessTokenVersion=2']);
  await keep(place, 'RATCHET_OWN_AUTH_CLIENT_ID', client);
  await keep(place, 'RATCHET_AUTH_CLIENT_ID', client);
  say(`people sign in with application ${client}; give them its roles: docs/access.md`);
}

/** Where the browser comes back to: the app has a name only now. */
export async function tellAddress({ env, run }: Place): Promise<void> {
  const client = ownClient(env);
  if (client === null) return;
  const address = `${required(env, 'RATCHET_URL')}/.auth/login/aad/callback`;
  await run('az', ['ad', 'app', 'update', '--id', client, '--web-redirect-uris', address]);
}

export async function forgetPeople(place: Place): Promise<void> {
  const client = ownClient(place.env);
  if (client === null) return;
  await place.run('az', ['ad', 'app', 'delete', '--id', client]);
  await keep(place, 'RATCHET_AUTH_CLIENT_ID', '');
  await keep(place, 'RATCHET_OWN_AUTH_CLIENT_ID', '');
}

/** The application in use, where it is the one that was made here; another is somebody else's. */
function ownClient(env: Env): string | null {
  const client = env['RATCHET_AUTH_CLIENT_ID'];
  return client && client === env['RATCHET_OWN_AUTH_CLIENT_ID'] ? client : null;
}

const nameOf = ({ env }: Place): string => `ratchet-${required(env, 'AZURE_ENV_NAME')}`;

/** One that an earlier attempt has made, and could not keep. */
async function findOwn(place: Place): Promise<string> {
  const printed = await place.run('az', [
    ...['ad', 'app', 'list', '--display-name', nameOf(place)],
    ...['--query', `[?displayName=='${nameOf(place)}'].appId`, '--output', 'tsv'],
  ]);
  const [first = '', ...others] = printed.split(/\s+/).filter(Boolean);
  if (others.length === 0) return first;
  throw new Error(
    `${others.length + 1} applications are called ${nameOf(place)}: say which one with azd env set RATCHET_AUTH_CLIENT_ID`,
  );
}

async function make(place: Place): Promise<string> {
  const { run } = place;
  const roles = fileURLToPath(new URL('app-roles.json', import.meta.url));
  const client = await run('az', [
    ...['ad', 'app', 'create', '--display-name', nameOf(place), '--sign-in-audience', 'AzureADMyOrg'],
    ...[
      '--app-roles',
      `@${roles}`,
      '--enable-id-token-issuance',
      'true',
      '--query',
      'appId',
      '--output',
      'tsv',
    ],
  ]);
  await run('az', ['ad', 'sp', 'create', '--id', client]);
  return client;
}
