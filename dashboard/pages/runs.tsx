import type { Run } from '../../shared/domain/run.ts';
import { search } from '../address/address.ts';
import { readQuery, withQuery } from '../address/query.ts';
import { addressOf } from '../address/route.ts';
import { command } from '../format/command.ts';
import { sayOutcome } from '../format/words.ts';
import { Badge } from '../parts/badge.tsx';
import { Sources } from '../parts/command.tsx';
import { holds, ModelChoice, Search } from '../parts/filters.tsx';
import { Heading } from '../parts/heading.tsx';
import { Listing } from '../parts/listing.tsx';
import { Empty } from '../parts/part.tsx';
import { Sentence } from '../parts/sentence.tsx';
import { Took, When } from '../parts/when.tsx';

export function RunsPage() {
  const model = readQuery(search.value, 'model');
  const wanted = readQuery(search.value, 'q');
  const path = `runs${withQuery('', { model })}`;
  return (
    <>
      <Heading title="Runs">
        <p class="dim">Train, evaluate, judge by the gates, register, release.</p>
      </Heading>
      <div class="filters">
        <Search label="Search what is loaded" />
        <ModelChoice />
      </div>
      <Listing<Run>
        key={path}
        path={path}
        name="runs"
        columns={['Started', 'Run', 'Outcome', 'Took', 'Why']}
        keyOf={({ runId }) => runId}
        isShown={(run) =>
          holds(wanted, [run.runId, run.kind, run.signalKind, run.outcome, run.phase, run.sentence])
        }
        empty={
          <Empty title={model + wanted === '' ? 'There has been no run yet.' : 'No run is so.'}>
            <p>A run starts when a signal is admitted; the decisions say why one was, or was not.</p>
          </Empty>
        }
      >
        {(run) => <Row of={run} />}
      </Listing>
      <Sources json={path} command={command('runs', ...(model === '' ? [] : ['--model', model]))} />
    </>
  );
}

function Row({ of: run }: { readonly of: Run }) {
  return (
    <>
      <td data-label="Started">
        <When at={run.startedAt} />
      </td>
      <td data-label="Run">
        <a class="id" href={addressOf.run(run.runId)}>
          {run.runId}
        </a>
        <div class="dim">
          {run.kind}, asked by {run.signalKind}
        </div>
      </td>
      <td data-label="Outcome">
        <Badge of={sayOutcome(run.outcome)} />
        {run.outcome === null && <div class="dim">{run.phase}</div>}
      </td>
      <td data-label="Took">
        <Took from={run.startedAt} until={run.endedAt} />
      </td>
      <td data-label="Why">
        <div class="clamp">
          <Sentence of={run.sentence} />
        </div>
      </td>
    </>
  );
}
