/** Every model in one line: what it does, how well it does, what waits and what comes next. */
import { useEffect } from 'preact/hooks';
import { search, setQuery } from '../../address/address.ts';
import { readQuery } from '../../address/query.ts';
import { resumeFleet, stopFleet } from '../../deeds/of-fleet.ts';
import { command } from '../../format/command.ts';
import { counted } from '../../format/number.ts';
import { sayModel } from '../../format/words.ts';
import { Act } from '../../parts/act.tsx';
import { Sources } from '../../parts/command.tsx';
import { Search } from '../../parts/filters.tsx';
import { Heading } from '../../parts/heading.tsx';
import { Empty, Part } from '../../parts/part.tsx';
import { When } from '../../parts/when.tsx';
import { type Fleet, fleet, followFleet } from '../../service/fleet.ts';
import { FleetTable } from './fleet-table.tsx';
import { countStates, filterModels } from './order.ts';
import { Slots } from './slots.tsx';

export function FleetPage() {
  useEffect(followFleet, []);
  const told = fleet.value;
  const isStopped = told.data?.page.stopped != null;
  return (
    <>
      <Heading title="Fleet" acts={told.data && <Act deed={isStopped ? resumeFleet() : stopFleet()} />} />
      <Part of={told} what="the models">
        {(data) => <Models of={data} />}
      </Part>
      <Sources json="overview" command={command('models')} />
    </>
  );
}

function Models({ of: { models, total, page } }: { readonly of: Fleet }) {
  const text = readQuery(search.value, 'q');
  const state = readQuery(search.value, 'state');
  const shown = filterModels(models, { text, state });
  return (
    <>
      <Notices page={page} />
      {total === 0 ? (
        <NoModels />
      ) : (
        <>
          <Slots />
          <div class="filters">
            <Search label="Search models" />
            <States models={models} chosen={state} />
          </div>
          <p class="dim" role="status">
            {models.length < total
              ? `${models.length} of ${counted(total, 'model')} have come…`
              : shown.length === total
                ? counted(total, 'model')
                : `${shown.length} of ${counted(total, 'model')}`}
          </p>
          {shown.length === 0 ? <NoneSo /> : <FleetTable models={shown} />}
        </>
      )}
    </>
  );
}

function Notices({ page: { stopped, fleetProblems, unread } }: { readonly page: Fleet['page'] }) {
  return (
    <>
      {unread > 0 && (
        <p class="note" role="status">
          What {counted(unread, 'model')} last decided, ran and released is still being read, once after an
          update of the service. It comes by itself.
        </p>
      )}
      {stopped && (
        <p class="note bad" role="status">
          <strong>The kill switch is thrown: no run starts.</strong> {stopped.by}, <When at={stopped.at} />:{' '}
          {stopped.reason}
        </p>
      )}
      {fleetProblems.map((problem) => (
        <p key={problem} class="note bad">
          <strong>The fleet file is broken.</strong> {problem}
        </p>
      ))}
    </>
  );
}

/** How many models are in each state; each leads to those. */
function States({ models, chosen }: { readonly models: Fleet['models']; readonly chosen: string }) {
  return (
    <fieldset class="chips">
      <legend class="hidden">State</legend>
      {countStates(models).map(([code, count]) => {
        const { text, tone } = sayModel(code);
        return (
          <button
            key={code}
            type="button"
            class={`chip ${tone}`}
            aria-pressed={chosen === code}
            onClick={() => setQuery({ state: chosen === code ? null : code }, 'push')}
          >
            {text} <strong>{count}</strong>
          </button>
        );
      })}
      {chosen !== '' && !models.some(({ state }) => state.code === chosen) && (
        <button type="button" class="chip" aria-pressed onClick={() => setQuery({ state: null }, 'push')}>
          {chosen} <strong>0</strong>
        </button>
      )}
    </fieldset>
  );
}

function NoneSo() {
  return (
    <Empty title="No model is so.">
      <button type="button" onClick={() => setQuery({ q: null, state: null }, 'push')}>
        Show all
      </button>
    </Empty>
  );
}

function NoModels() {
  return (
    <Empty title="There are no models yet.">
      <p>
        A model is one YAML file in the folder of the model files (<code>models/</code>): what trains it, what
        may ask for a run, what a challenger must show, and where it is released. Put one there, and it is
        here within seconds; nothing has to be restarted.
      </p>
      <p>
        <code>npx ratchet validate FILE</code> checks a file before.
      </p>
    </Empty>
  );
}
