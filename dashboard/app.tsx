/** Which view is shown, and to whom. */
import { useEffect } from 'preact/hooks';
import { path, route } from './address/address.ts';
import { addressOf } from './address/route.ts';
import { DecisionPage } from './pages/decision.tsx';
import { DecisionsPage } from './pages/decisions.tsx';
import { RunPage } from './pages/run.tsx';
import { RunsPage } from './pages/runs.tsx';
import { Empty } from './parts/part.tsx';
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
    <Empty title="There is no such page.">
      <p>
        The address may have been cut off. <a href={addressOf.fleet()}>To the beginning</a>
      </p>
    </Empty>
  );
}

function NotSignedIn() {
  return (
    <Empty title="You are not signed in.">
      <p>The sign-in came back without telling who you are: cookies may be blocked for this site.</p>
      <a class="button" href={signInAddress()}>
        Sign in
      </a>
    </Empty>
  );
}

function Refused({ error }: { readonly error: ServiceError }) {
  return (
    <Empty
      title={
        error.code === 'sign-in-off' ? 'Signing in is switched off.' : 'The service does not let you in.'
      }
    >
      <p>{error.message}</p>
      <a class="button" href={signInAddress()}>
        Sign in as somebody else
      </a>
    </Empty>
  );
}
