import { describeAge, describeSpan, formatTime, formatTimeWhole } from '../format/time.ts';
import { nowMs } from './now.ts';

interface WhenProps {
  readonly at: string;
  /** `age`: how long ago, or until. */
  readonly as?: 'time' | 'age';
}

/** A time in the reader's zone; whole, and in UTC, where the reader points. */
export function When({ at, as = 'time' }: WhenProps) {
  const text = as === 'age' ? describeAge(at, nowMs.value) : formatTime(at, nowMs.value);
  return (
    <time dateTime={at} title={formatTimeWhole(at)}>
      {text}
    </time>
  );
}

/** How long something took, or has gone on. */
export function Took({ from, until }: { readonly from: string; readonly until: string | null }) {
  const end = until === null ? nowMs.value : Date.parse(until);
  return <span class="took">{describeSpan(end - Date.parse(from))}</span>;
}
