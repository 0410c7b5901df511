/** The time line with what is picked on it, and its table. */
import { useMemo, useState } from 'preact/hooks';
import type { Timeline } from '../../../shared/domain/timeline.ts';
import { search, setQuery } from '../../address/address.ts';
import { readQuery } from '../../address/query.ts';
import { type Event, eventsOf, laneNames } from '../../charts/lanes.ts';
import { TimelineChart } from '../../charts/timeline.tsx';
import { counted } from '../../format/number.ts';
import { Empty } from '../../parts/part.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { Took, When } from '../../parts/when.tsx';

interface TimelineBodyProps {
  readonly of: Timeline;
  /** Two times to show what lies between. */
  readonly onZoom: (fromMs: number, untilMs: number) => void;
  /** What is shown on the same axis, and did not happen. */
  readonly more?: readonly Event[];
}

const none: readonly Event[] = [];

export function TimelineBody({ of, onZoom, more = none }: TimelineBodyProps) {
  const [picked, setPicked] = useState<Event | null>(null);
  const isCompressed = readQuery(search.value, 'idle') !== 'shown';
  const events = useMemo(() => [...eventsOf(of), ...more].sort((a, b) => b.fromMs - a.fromMs), [of, more]);
  if (events.length === 0 && of.metrics.length === 0)
    return (
      <Empty title="Nothing happened in this time.">
        <p>No signal came, no rule was checked, nobody did anything. A longer stretch may show more.</p>
      </Empty>
    );
  return (
    <>
      <p class="dim timeline-hint">
        Draw over a stretch to zoom in; point at a mark, or go through them by the arrow keys.{' '}
        <label>
          <input
            type="checkbox"
            checked={isCompressed}
            onChange={(event) => setQuery({ idle: event.currentTarget.checked ? null : 'shown' }, 'push')}
          />{' '}
          Compress idle time
        </label>
      </p>
      <TimelineChart of={of} events={events} isCompressed={isCompressed} onZoom={onZoom} onPick={setPicked} />
      <Picked of={picked} />
      {of.leftOut.map((sentence) => (
        <p key={sentence} class="dim">
          {sentence}
        </p>
      ))}
      <details>
        <summary>Table of {counted(events.length, 'event')}</summary>
        <Events of={events} />
      </details>
    </>
  );
}

function Picked({ of }: { readonly of: Event | null }) {
  if (!of) return <p class="picked dim">Choose a mark to read here what happened, and why.</p>;
  return (
    <div class={`picked ${of.tone}`} role="status">
      <p>
        <strong>{of.text}</strong>{' '}
        <span class="dim">
          <When at={new Date(of.fromMs).toISOString()} />
          {of.untilMs !== of.fromMs && (
            <>
              ,{' '}
              <Took
                from={new Date(of.fromMs).toISOString()}
                until={of.untilMs === null ? null : new Date(of.untilMs).toISOString()}
              />
            </>
          )}
        </span>{' '}
        {of.href && <a href={of.href}>Open</a>}
      </p>
      <p>
        <Sentence of={of.sentence} />
      </p>
    </div>
  );
}

const rowsShown = 300;

function Events({ of }: { readonly of: readonly Event[] }) {
  return (
    <div class="scroll">
      <table class="rows">
        <caption class="hidden">Events</caption>
        <thead>
          <tr>
            {['When', 'Lane', 'What', 'In words'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {of.slice(0, rowsShown).map(({ key, fromMs, lane, text, href, sentence }) => (
            <tr key={key}>
              <td data-label="When">
                <When at={new Date(fromMs).toISOString()} />
              </td>
              <td data-label="Lane">{laneNames[lane]}</td>
              <td data-label="What">{href ? <a href={href}>{text}</a> : text}</td>
              <td data-label="In words">
                <Sentence of={sentence} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {of.length > rowsShown && (
        <p class="dim">
          The latest {rowsShown} of {of.length}; zoom in for the others.
        </p>
      )}
    </div>
  );
}
