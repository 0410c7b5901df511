/** When freezes begin and end: those of the model file, and those an operator has set. Pure. */
import { openCron, type Repeated } from '../config/cron.ts';
import type { Freeze } from '../config/schema.ts';
import { addMs, durationMs, isoOf } from './time.ts';

/** When the freeze in force at `now` ends, or null where none is. Repeated freezes that overlap are one. */
export function freezeEnd(freeze: Freeze, now: string): string | null {
  if (freeze.from !== undefined && freeze.until !== undefined) {
    const [nowMs, untilMs] = [Date.parse(now), Date.parse(freeze.until)];
    return Date.parse(freeze.from) <= nowMs && nowMs < untilMs ? isoOf(untilMs) : null;
  }
  const { cron, lasts, timeZone } = freeze;
  return cron === undefined || lasts === undefined ? null : repeatedEnd({ cron, lasts, timeZone }, now);
}

/** A stretch of time in which the answer is the same: cron patterns are slow to follow, and admission asks at every signal. */
interface Stretch {
  readonly from: string;
  readonly to: string;
  readonly end: string | null;
}

const latest = new Map<string, Stretch>();

function repeatedEnd(freeze: Repeated, now: string): string | null {
  const key = `${freeze.timeZone} ${freeze.lasts} ${freeze.cron}`;
  const known = latest.get(key);
  if (known && known.from <= now && now < known.to) return known.end;
  const { end, isWhole } = followChain(freeze, now);
  const to = end ?? openCron(freeze.cron, freeze.timeZone).nextRun(new Date(now))?.toISOString();
  if (isWhole && to !== undefined) latest.set(key, { from: now, to, end });
  return end;
}

/** `isWhole` is false where the chain goes on for longer than it is followed: then the end depends on where it began. */
function followChain(
  { cron: pattern, lasts, timeZone }: Repeated,
  now: string,
): { readonly end: string | null; readonly isWhole: boolean } {
  const lastsMs = durationMs(lasts);
  const cron = openCron(pattern, timeZone);
  let end: string | null = null;
  for (let [from, steps] = [addMs(now, -lastsMs), 1]; ; steps++) {
    const begin = cron.nextRun(new Date(from))?.toISOString();
    if (begin === undefined || begin > (end ?? now)) return { end, isWhole: true };
    end = addMs(begin, lastsMs);
    from = begin;
    // A chain may be long, or never end: so much of it is followed and told, then it is looked at again.
    if (steps >= longestChain || end > addMs(now, longestChainMs)) return { end, isWhole: false };
  }
}

const longestChainMs = 31 * 86_400_000;
/** Patterns are slow to follow: a decision must not take seconds. */
const longestChain = 100;
