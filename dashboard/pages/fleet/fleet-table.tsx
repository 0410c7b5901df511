import { Component } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ModelOverview, OverviewWait } from '../../../shared/domain/overview.ts';
import { search, setQuery } from '../../address/address.ts';
import { readQuery, readWord } from '../../address/query.ts';
import { addressOf } from '../../address/route.ts';
import { formatNumber } from '../../format/number.ts';
import { sayAdmission, sayHealth, sayModel, sayReason, sayRelease } from '../../format/words.ts';
import { Badge } from '../../parts/badge.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { When } from '../../parts/when.tsx';
import { type Column, columns, directions, sortModels } from './order.ts';

/** What a screen has room for is drawn at once, what is below it in the next frame: so a key or a click is answered soon. */
const shownFirst = 16;
const shownAtOnce = 60;

const names: Readonly<Record<Column, string>> = {
  model: 'Model',
  state: 'State',
  champion: 'Champion',
  health: 'Health',
  decision: 'Last decision',
  budget: 'Budget left',
  next: 'Next',
};

export function FleetTable({ models }: { readonly models: readonly ModelOverview[] }) {
  const column = readWord(search.value, 'sort', columns, 'state');
  const direction = readWord(search.value, 'way', directions, 'up');
  const [limit, setLimit] = useState(shownAtOnce);
  const look = `${readQuery(search.value, 'q')} ${readQuery(search.value, 'state')} ${column} ${direction}`;
  const [drawn, setDrawn] = useState(look);
  useEffect(() => {
    const frame = requestAnimationFrame(() => setDrawn(look));
    return () => cancelAnimationFrame(frame);
  }, [look]);
  const sorted = sortModels(models, column, direction);
  return (
    <>
      <div class="scroll">
        <table class="rows fleet">
          <caption class="hidden">Models</caption>
          <thead>
            <tr>
              {columns.map((each) => (
                <HeadCell key={each} column={each} by={column} direction={direction} />
              ))}
              <th scope="col">Waits</th>
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, drawn === look ? limit : shownFirst).map((model) => (
              <Row key={model.model} of={model} />
            ))}
          </tbody>
        </table>
      </div>
      {sorted.length > limit && (
        <p>
          <button type="button" onClick={() => setLimit(limit + 4 * shownAtOnce)}>
            Show more: {sorted.length - limit} are left
          </button>
        </p>
      )}
    </>
  );
}

interface HeadCellProps {
  readonly column: Column;
  readonly by: Column;
  readonly direction: (typeof directions)[number];
}

function HeadCell({ column, by, direction }: HeadCellProps) {
  const isSorted = column === by;
  const sort = (): void => {
    const way = isSorted && direction === 'up' ? 'down' : null;
    setQuery({ sort: column === 'state' ? null : column, way }, 'push');
  };
  return (
    <th scope="col" aria-sort={isSorted ? (direction === 'up' ? 'ascending' : 'descending') : 'none'}>
      <button type="button" onClick={sort}>
        {names[column]}
      </button>
    </th>
  );
}

/** A model that has not changed is not drawn anew, wherever in the table it goes; its ages keep themselves. */
class Row extends Component<{ readonly of: ModelOverview }> {
  override shouldComponentUpdate(next: { readonly of: ModelOverview }): boolean {
    return next.of !== this.props.of;
  }

  render({ of }: { readonly of: ModelOverview }) {
    return <Cells of={of} />;
  }
}

function Cells({ of }: { readonly of: ModelOverview }) {
  const { model, description, state, champion, lastDecision, nextSchedule, release } = of;
  return (
    <tr>
      <th scope="row" data-label="Model">
        <a href={addressOf.model(model)}>{model}</a>
        {description && <div class="dim clamp">{description}</div>}
      </th>
      <td data-label="State">
        <Badge of={sayModel(state.code)} />
        <div class="dim clamp">
          <Sentence of={state.sentence} />
        </div>
      </td>
      <td data-label="Champion">
        {champion ? (
          <div>
            <a href={addressOf.version(model, champion.version)}>version {champion.version}</a>
            {champion.since && (
              <div class="dim">
                <When at={champion.since} as="age" />
              </div>
            )}
          </div>
        ) : (
          <span class="dim">none yet</span>
        )}
      </td>
      <td data-label="Health">
        <Health of={of.health} />
      </td>
      <td data-label="Last decision">
        {lastDecision ? (
          <div>
            <a href={addressOf.decision(lastDecision.signalId)}>{sayAdmission(lastDecision.outcome).text}</a>,{' '}
            <When at={lastDecision.at} as="age" />
            <div class="dim clamp" title={lastDecision.sentence}>
              {sayReason(lastDecision.reason)}
            </div>
          </div>
        ) : (
          <span class="dim">nothing has asked yet</span>
        )}
      </td>
      <td data-label="Budget left" class={of.budget ? '' : 'blank'}>
        <Budget of={of.budget} />
      </td>
      <td data-label="Next" class={nextSchedule ? '' : 'blank'}>
        {nextSchedule ? (
          <div>
            <When at={nextSchedule.at} as="age" />
            <div class="dim">{nextSchedule.name}</div>
          </div>
        ) : (
          <span class="dim">nothing by time</span>
        )}
      </td>
      <td data-label="Waits" class={of.waits.length === 0 && release?.endedAt !== null ? 'blank' : ''}>
        <Waits of={of} />
        {release && release.endedAt === null && (
          <div>
            <a href={addressOf.release(release.releaseId)}>
              <Badge of={sayRelease(release.state)} />
            </a>
            {release.step !== null && ` ${release.step} %`}
          </div>
        )}
      </td>
    </tr>
  );
}

/** What was last seen of each rule, those that are not fine first. */
function Health({ of: { verdict, checks } }: { readonly of: ModelOverview['health'] }) {
  const measured = checks
    .filter(({ value }) => value !== null)
    .sort((a, b) => Number(a.verdict === 'fine') - Number(b.verdict === 'fine'));
  const last = checks
    .filter(({ kind }) => kind !== 'absence')
    .map(({ at }) => at)
    .sort()
    .at(-1);
  return (
    <div>
      <Badge of={sayHealth(verdict)} />{' '}
      {last && (
        <span class="dim">
          <When at={last} as="age" />
        </span>
      )}
      {measured.slice(0, 2).map(({ rule, metric, value, limit, sentence }) => (
        <div key={rule} class="dim" title={sentence}>
          {metric ?? rule} {formatNumber(value!)}
          {limit && ` ${limit.side === 'below' ? '≥' : '≤'} ${formatNumber(limit.value)}`}
        </div>
      ))}
      {measured.length > 2 && <div class="dim">and {measured.length - 2} more</div>}
    </div>
  );
}

function Budget({ of }: { readonly of: ModelOverview['budget'] }) {
  if (!of) return <span class="dim">no limit</span>;
  const { leftHours, limitHours, window } = of;
  return (
    <div title={`of ${formatNumber(limitHours)} hours in ${window}`}>
      <meter
        min={0}
        max={limitHours}
        low={limitHours * 0.1}
        optimum={limitHours}
        value={leftHours}
        aria-label="Budget left"
      />
      <div class="dim">
        {formatNumber(leftHours)} of {formatNumber(limitHours)} h
      </div>
    </div>
  );
}

function Waits({ of: { model, waits, waitsLeftOut } }: { readonly of: ModelOverview }) {
  if (waits.length === 0) return <span class="dim">nothing</span>;
  return (
    <ul class="plain">
      {waits.slice(0, 2).map((wait) => (
        <li key={wait.id}>
          <a href={addressOfWait(model, wait)} title={wait.sentence}>
            {wait.forPerson ? 'for a person' : 'by itself'}: {wait.what}
          </a>
          {wait.until && (
            <span class="dim">
              {' '}
              until <When at={wait.until} />
            </span>
          )}
        </li>
      ))}
      {waits.length + waitsLeftOut > 2 && <li class="dim">and {waits.length + waitsLeftOut - 2} more</li>}
    </ul>
  );
}

function addressOfWait(model: string, { what, id }: OverviewWait): string {
  if (what === 'approval' || what === 'release') return addressOf.release(id);
  if (what === 'run' || what === 'break-glass') return addressOf.run(id);
  return what === 'suggestion' ? addressOf.model(model) : addressOf.decision(id);
}
