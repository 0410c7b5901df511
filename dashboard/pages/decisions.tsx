import type { Decision } from '../../shared/domain/decision.ts';
import { search } from '../address/address.ts';
import { readQuery, withQuery } from '../address/query.ts';
import { addressOf } from '../address/route.ts';
import { command } from '../format/command.ts';
import { sayAdmission, sayReason } from '../format/words.ts';
import { Badge } from '../parts/badge.tsx';
import { Sources } from '../parts/command.tsx';
import { Choice, holds, ModelChoice, Search } from '../parts/filters.tsx';
import { Heading } from '../parts/heading.tsx';
import { Listing } from '../parts/listing.tsx';
import { Empty } from '../parts/part.tsx';
import { Sentence } from '../parts/sentence.tsx';
import { When } from '../parts/when.tsx';

const outcomes = ['admitted', 'coalesced', 'deferred', 'rejected'] as const;

/** Every signal and its answer: each NO with its reason. */
export function DecisionsPage() {
  const model = readQuery(search.value, 'model');
  const outcome = readQuery(search.value, 'outcome');
  const wanted = readQuery(search.value, 'q');
  const path = `decisions${withQuery('', { model, outcome })}`;
  return (
    <>
      <Heading title="Decisions">
        <p class="dim">Every signal gets exactly one answer, and every answer has a reason.</p>
      </Heading>
      <div class="filters">
        <Search label="Search what is loaded" />
        <ModelChoice />
        <Choice
          name="outcome"
          label="Answer"
          options={outcomes.map((value) => ({ value, label: sayAdmission(value).text }))}
        />
      </div>
      <Listing<Decision>
        key={path}
        path={path}
        name="decisions"
        columns={['Decided', 'Model', 'Signal', 'Answer', 'Why']}
        keyOf={({ signal }) => signal.id}
        isShown={({ signal, reason, sentence }) =>
          holds(wanted, [signal.id, signal.summary, signal.source, reason, sayReason(reason), sentence])
        }
        empty={<NoDecisions isFiltered={model + outcome + wanted !== ''} />}
      >
        {(decision) => <Row of={decision} />}
      </Listing>
      <Sources
        json={path}
        command={command(
          'decisions',
          ...(model === '' ? [] : ['--model', model]),
          ...(outcome === '' ? [] : ['--outcome', outcome]),
        )}
      />
    </>
  );
}

function Row({ of: { signal, outcome, reason, sentence, decidedAt, changedBy } }: { readonly of: Decision }) {
  return (
    <>
      <td data-label="Decided">
        <When at={decidedAt} />
      </td>
      <td data-label="Model">
        <a href={addressOf.model(signal.model)}>{signal.model}</a>
      </td>
      <td data-label="Signal">
        <a href={addressOf.decision(signal.id)}>{signal.summary}</a>
        <div class="dim">
          {signal.kind}, {signal.source}
        </div>
      </td>
      <td data-label="Answer">
        <Badge of={sayAdmission(outcome)} />
        <div class="dim">{sayReason(reason)}</div>
      </td>
      <td data-label="Why">
        <Sentence of={sentence} />
        {changedBy !== '' && (
          <div class="dim">
            <Sentence of={changedBy} />
          </div>
        )}
      </td>
    </>
  );
}

function NoDecisions({ isFiltered }: { readonly isFiltered: boolean }) {
  return isFiltered ? (
    <Empty title="No decision is so.">
      <p>Take out a filter, or show older ones.</p>
    </Empty>
  ) : (
    <Empty title="Nothing has asked for a run yet.">
      <p>
        Signals come from metrics that are reported, alerts, drift, new data, schedules and people. A request
        of yours is one: open a model and request a run.
      </p>
    </Empty>
  );
}
