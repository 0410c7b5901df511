/** A link that signs a person in to the page of a service on this machine, once. */
import { openPeople } from '../functions-host/sign-in/people.ts';
import { type LocalCloud, peopleFileOf } from './local-cloud.ts';

/** The same for the first person of the service that runs: the machine's user. */
export async function linkForTheFirst({
  home,
  hostUrl,
}: Pick<LocalCloud, 'home' | 'hostUrl'>): Promise<string | null> {
  const [first] = openPeople(peopleFileOf(home));
  // A service that runs is announced, whatever becomes of its link.
  return first ? makeSignInLink(hostUrl, first.token).catch(() => null) : null;
}

/** Null: there is no such link there, as in Azure: whoever opens the page signs in by themselves. */
export async function makeSignInLink(base: string, token: string): Promise<string | null> {
  const response = await fetch(`${base}/.auth/login/link`, {
    method: 'POST',
    redirect: 'manual',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{}',
  });
  if (response.status !== 201) return null;
  const { path } = (await response.json()) as { path?: unknown };
  return typeof path === 'string' && path.startsWith('/') ? `${base}${path}` : null;
}
