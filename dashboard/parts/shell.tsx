/** What stands around every view: where to go, who is here, whether the service is. */
import { effect, signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Inbox } from '../../shared/domain/inbox.ts';
import { route } from '../address/address.ts';
import { addressOf, type Route } from '../address/route.ts';
import { useResource } from '../service/resource.ts';
import { connection, session, signInAddress, signOutAddress } from '../service/session.ts';
import { OpenedDeed } from './act.tsx';

const schemes = ['auto', 'light', 'dark'] as const;
type Scheme = (typeof schemes)[number];

const stored = schemes.find((each) => each === localStorage.getItem('scheme'));
const scheme = signal<Scheme>(stored ?? 'auto');

export function keepScheme(): void {
  effect(() => {
    document.documentElement.dataset['scheme'] = scheme.value;
    localStorage.setItem('scheme', scheme.value);
  });
}

interface Place {
  readonly href: string;
  readonly name: string;
  readonly views: readonly Route['view'][];
}

const places: readonly Place[] = [
  { href: addressOf.fleet(), name: 'Fleet', views: ['fleet', 'model', 'version'] },
  { href: addressOf.list('inbox'), name: 'Inbox', views: ['inbox'] },
  { href: addressOf.list('decisions'), name: 'Decisions', views: ['decisions', 'decision'] },
  { href: addressOf.list('runs'), name: 'Runs', views: ['runs', 'run'] },
  { href: addressOf.list('releases'), name: 'Releases', views: ['releases', 'release'] },
  { href: addressOf.list('audit'), name: 'Audit', views: ['audit'] },
];

export function Shell({ children }: { readonly children: ComponentChildren }) {
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href={addressOf.fleet()}>
          <Mark />
          Ratchet
        </a>
        <Places />
        <div class="top-end">
          <Connection />
          <SchemeChoice />
          <Who />
        </div>
      </header>
      <Ended />
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <OpenedDeed />
    </>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
      <path
        fill="none"
        stroke="currentColor"
        stroke-width="4"
        stroke-linejoin="round"
        d="M3 26h7v-7h7v-7h7V5h5"
      />
    </svg>
  );
}

function Places() {
  const { view } = route.value;
  return (
    <nav aria-label="Views">
      <ul>
        {places.map(({ href, name, views }) => (
          <li key={name}>
            <a href={href} aria-current={views.includes(view) ? 'page' : undefined}>
              {name}
              {views.includes('inbox') && <WaitingCount />}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** How many wait for this visitor; nothing is shown where none does. */
function WaitingCount() {
  const { data } = useResource<Inbox>(session.value.state === 'in' ? 'inbox' : null);
  const mine = data?.items.filter(({ acts }) => acts.some(({ whyNot }) => whyNot === null)).length ?? 0;
  return mine === 0 ? null : (
    <span class="count">
      {mine}
      <span class="hidden"> wait for you</span>
    </span>
  );
}

function Connection() {
  const isLost = connection.value === 'lost';
  return (
    <span class={`connection ${isLost ? 'lost' : ''}`} role="status">
      {isLost ? 'No connection, trying again' : 'Live'}
    </span>
  );
}

function SchemeChoice() {
  return (
    <label class="scheme">
      <span class="hidden">Colours</span>
      <select
        value={scheme.value}
        onChange={(event) => {
          scheme.value = schemes.find((each) => each === event.currentTarget.value) ?? 'auto';
        }}
      >
        <option value="auto">Auto</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </select>
    </label>
  );
}

function Who() {
  const { value } = session;
  const who = value.state === 'in' || value.state === 'out' ? value.who : null;
  if (!who) return null;
  const roles = who.roles.length === 0 ? 'no role' : who.roles.join(', ');
  return (
    <details class="who">
      <summary>
        {who.name} <span class="dim">{roles}</span>
      </summary>
      <div class="menu">
        <p>
          Signed in as <strong>{who.name}</strong>, with {roles}
          {who.teams.length > 0 && `, in ${who.teams.join(', ')}`}.
        </p>
        {who.incomplete && <p>{who.incomplete}</p>}
        <p>
          <a href={signInAddress()}>Sign in as somebody else</a>
        </p>
        <a href={signOutAddress}>Sign out</a>
      </div>
    </details>
  );
}

/** A session that has ended takes nothing of what is on the page, or was typed into it. */
function Ended() {
  const { value } = session;
  if (value.state !== 'out' || !value.who) return null;
  return (
    <div class="note warn ended" role="alert">
      <p>
        Your session has ended; what is on the page is as it was. Sign in again here, or in another tab to
        keep it.
      </p>
      <a class="button" href={signInAddress()}>
        Sign in again
      </a>
    </div>
  );
}
