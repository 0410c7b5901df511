import { useMemo, useState } from 'preact/hooks';
import type { Timeline } from '../../../shared/domain/timeline.ts';
import { search, setQuery } from '../../address/address.ts';
import { readQuery, readWord, withQuery } from '../../address/query.ts';
import { type Event, eventsOf, laneNames } from '../../charts/lanes.ts';
import { TimelineChart } from '../../charts/timeline.tsx';
import { counted } from '../../format/number.ts';
import { Card } from '../../parts/facts.tsx';
import { Empty, Part } from '../../parts/part.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { Took, When } from '../../parts/when.tsx';
import { door } from '../../service/ask.ts';
import { useResource } from '../../service/resource.ts';

const lengths = ['1', '7', '30', '90', '365'] as const;
const lengthNames: Readonly<Record<(typeof lengths)[number], string>> = {
  1: 'a day',
  7: 'a week',
  30: '30 days',
  90: '90 days',
  365: 'a year',
};
const dayMs = 86_400_000;

/** The stretch that is shown stands in the address: as so many days up to now, or from one time to another. */
interface TimelineCardProps {
  readonly model: string;
  /** The service's time; null: it is not known yet. */
  readonly at: string | null;
}

export function TimelineCard({ model, at }: TimelineCardProps) {
  const days = readWord(search.value, 'days', lengths, '30');
  const from = readQuery(search.value, 'from');
  const until = readQuery(search.value, 'until');
  const isZoomed = from !== '' && until !== '';
  // Up to now, but not from another moment at every look: the answer would be another one each time.
  const hour = at?.slice(0, 13) ?? null;
  const since = useMemo(
    () =>
      hour === null ? null : new Date(Date.parse(`${hour}:00:00Z`) - Number(days) * dayMs).toISOString(),
    [hour, days],
  );
  const base = `models/${encodeURIComponent(model)}/timeline`;
  const path = isZoomed
    ? base + withQuery('', { from, until })
    : since && base + withQuery('', { from: since });
  const told = useResource<Timeline>(path);
  const zoom = (fromMs: number, untilMs: number) =>
    setQuery({ from: new Date(fromMs).toISOString(), until: new Date(untilMs).toISOString() }, 'push');
  return (
    <Card
      title="Time line"
      acts={
        <span class="timeline-acts">
          {isZoomed && told.data && <Zoom of={told.data} onZoom={zoom} />}
          <label>
            <span class="hidden">Length</span>
            <select
              value={isZoomed ? '' : days}
              onChange={(event) =>
                setQuery(
                  {
                    days: event.currentTarget.value === '30' ? null : event.currentTarget.value,
                    from: null,
                    until: null,
                  },
                  'push',
                )
              }
            >
              {isZoomed && <option value="">zoomed</option>}
              {lengths.map((length) => (
                <option key={length} value={length}>
                  {lengthNames[length]}
                </option>
              ))}
            </select>
          </label>
          <a href={`${door}/${path ?? base}`} target="_blank" rel="noreferrer">
            JSON
          </a>
        </span>
      }
    >
      <Part of={told} what="the time line">
        {(timeline) => <Whole of={timeline} onZoom={zoom} />}
      </Part>
    </Card>
  );
}

interface ZoomProps {
  readonly of: Timeline;
  readonly onZoom: (fromMs: number, untilMs: number) => void;
}

function Zoom({ of, onZoom }: ZoomProps) {
  const [from, until] = [Date.parse(of.from), Date.parse(of.until)];
  const length = until - from;
  return (
    <>
      <button type="button" class="small" onClick={() => onZoom(from - length / 2, until - length / 2)}>
        Earlier
      </button>
      <button type="button" class="small" onClick={() => onZoom(from + length / 2, until + length / 2)}>
        Later
      </button>
      <button type="button" class="small" onClick={() => onZoom(from - length / 2, until + length / 2)}>
        Zoom out
      </button>
      <button type="button" class="small" onClick={() => setQuery({ from: null, until: null }, 'push')}>
        Show all
      </button>
    </>
  );
}

function Whole({ of, onZoom }: ZoomProps) {
  const [picked, setPicked] = useState<Event | null>(null);
  const isCompressed = readQuery(search.value, 'idle') !== 'shown';
  const events = useMemo(() => eventsOf(of), [of]);
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
      <TimelineChart of={of} isCompressed={isCompressed} onZoom={onZoom} onPick={setPicked} />
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
