/** The stretch of time that is looked at. It stands in the address: as so many days up to now, or from one time to another. */
import { useMemo } from 'preact/hooks';
import { search, setQuery } from '../../address/address.ts';
import { readQuery, readWord } from '../../address/query.ts';

const lengths = ['1', '7', '30', '90', '365'] as const;
const lengthNames: Readonly<Record<(typeof lengths)[number], string>> = {
  1: 'a day',
  7: 'a week',
  30: '30 days',
  90: '90 days',
  365: 'a year',
};
const dayMs = 86_400_000;

interface Span {
  /** ISO 8601, UTC; null: it is not known yet. */
  readonly from: string | null;
  /** Null: up to now. */
  readonly until: string | null;
}

/** `at`: the service's time; null: it is not known yet. */
export function useSpan(at: string | null): Span {
  const days = readWord(search.value, 'days', lengths, '30');
  const from = readQuery(search.value, 'from');
  const until = readQuery(search.value, 'until');
  // Up to now, but not from another moment at every look: the answer would be another one each time.
  const hour = at?.slice(0, 13) ?? null;
  const since = useMemo(
    () =>
      hour === null ? null : new Date(Date.parse(`${hour}:00:00Z`) - Number(days) * dayMs).toISOString(),
    [hour, days],
  );
  return from !== '' && until !== '' ? { from, until } : { from: since, until: null };
}

export const zoomTo = (fromMs: number, untilMs: number): void =>
  setQuery({ from: new Date(fromMs).toISOString(), until: new Date(untilMs).toISOString() }, 'push');

/** `shown`: what the service has answered for the span; null: nothing yet. */
export function SpanControl({
  shown,
}: {
  readonly shown: { readonly from: string; readonly until: string } | null;
}) {
  const days = readWord(search.value, 'days', lengths, '30');
  const isZoomed = readQuery(search.value, 'from') !== '' && readQuery(search.value, 'until') !== '';
  return (
    <>
      {isZoomed && shown && <Zoom from={Date.parse(shown.from)} until={Date.parse(shown.until)} />}
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
    </>
  );
}

function Zoom({ from, until }: { readonly from: number; readonly until: number }) {
  const length = until - from;
  return (
    <>
      <button type="button" class="small" onClick={() => zoomTo(from - length / 2, until - length / 2)}>
        Earlier
      </button>
      <button type="button" class="small" onClick={() => zoomTo(from + length / 2, until + length / 2)}>
        Later
      </button>
      <button type="button" class="small" onClick={() => zoomTo(from - length / 2, until + length / 2)}>
        Zoom out
      </button>
      <button type="button" class="small" onClick={() => setQuery({ from: null, until: null }, 'push')}>
        Show all
      </button>
    </>
  );
}
