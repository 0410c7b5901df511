/** Which view is shown, and to whom. */
import { useEffect } from 'preact/hooks';
import { path, route } from './address/address.ts';
import { addressOf } from './address/route.ts';
import { AuditPage } from './pages/audit.tsx';
import { DecisionPage } from './pages/decision.tsx';
import { DecisionsPage } from './pages/decisions.tsx';
import { FleetPage } from './pages/fleet/fleet.tsx';
import { InboxPage } from './pages/inbox.tsx';
import { ModelPage } from './pages/model/model.tsx';
import { ReleasePage } from './pages/release.tsx';
import { ReleasesPage } from './pages/releases.tsx';
import { RunPage } from './pages/run.tsx';
import { RunsPage } from './pages/runs.tsx';
import { TrialPage } from './pages/trial/trial.tsx';
import { VersionPage } from './pages/version.tsx';
import { Heading } from './parts/heading.tsx';
import { Shell } from './parts/shell.tsx';
import type { ServiceError } from './service/ask.ts';
import { connection, session, signInAddress } from './service/session.ts';

export function App() {
  const { value } = session;
  // Who moves by keyboard or listens begins at the top of a new view.
  const here = path.value;
  useEffect(() => {
    document.querySelector('h1')?.focus();
  }, [here]);
  return (
    <Shell>
      {value.state === 'in' || (value.state === 'out' && value.who) ? (
        <View key={here} />
      ) : value.state === 'refused' ? (
        <Refused error={value.error} />
      ) : value.state === 'out' ? (
        <NotSignedIn />
      ) : (
        <p class="dim" role="status">
          {connection.value === 'lost'
            ? 'The service cannot be reached; it is tried again by itself.'
            : 'Asking who you are…'}
        </p>
      )}
    </Shell>
  );
}

function View() {
  const { value } = route;
  switch (value.view) {
    case 'fleet':
      return <FleetPage />;
    case 'inbox':
      return <InboxPage />;
    case 'model':
      return <ModelPage model={value.model} />;
    case 'trial':
      return <TrialPage model={value.model} />;
    case 'version':
      return <VersionPage model={value.model} version={value.version} />;
    case 'audit':
      return <AuditPage />;
    case 'releases':
      return <ReleasesPage />;
    case 'release':
      return <ReleasePage id={value.id} />;
    case 'decisions':
      return <DecisionsPage />;
    case 'decision':
      return <DecisionPage id={value.id} />;
    case 'runs':
      return <RunsPage />;
    case 'run':
      return <RunPage id={value.id} />;
    default:
      return <Nowhere />;
  }
}

function Nowhere() {
  return (
    <>
      <Heading title="There is no such page" />
      <p>
        The address may have been cut off. <a href={addressOf.fleet()}>To the fleet</a>
      </p>
    </>
  );
}

function NotSignedIn() {
  return (
    <>
      <Heading title="You are not signed in" />
      <p>The sign-in came back without telling who you are: cookies may be blocked for this site.</p>
      <a class="button" href={signInAddress()}>
        Sign in
      </a>
    </>
  );
}

function Refused({ error }: { readonly error: ServiceError }) {
  return (
    <>
      <Heading
        title={
          error.code === 'sign-in-off' ? 'Signing in is switched off' : 'The service does not let you in'
        }
      />
      <p>{error.message}</p>
      <a class="button" href={signInAddress()}>
        Sign in as somebody else
      </a>
    </>
  );
}
