/** When freezes begin and end: those of the model file, and those an operator has set. Pure. */
import { openCron } from '../config/cron.ts';
import type { Freeze } from '../config/schema.ts';
import { addMs, durationMs } from './time.ts';

/** When the freeze in force at `now` ends, or null where none is. Repeated freezes that overlap are one. */
export function freezeEnd(freeze: Freeze, now: string): string | null {
  if (freeze.from !== undefined && freeze.until !== undefined) {
    const [from, until] = [toUtc(freeze.from), toUtc(freeze.until)];
    return from <= now && now < until ? until : null;
  }
  if (freeze.cron === undefined || freeze.lasts === undefined) return null;
  const lastsMs = durationMs(freeze.lasts);
  const cron = openCron(freeze.cron, freeze.timeZone);
  let end: string | null = null;
  for (let from = addMs(now, -lastsMs); ; ) {
    const begin = cron.nextRun(new Date(from))?.toISOString();
    if (begin === undefined || begin > (end ?? now)) return end;
    end = addMs(begin, lastsMs);
    from = begin;
    // A pattern that comes round more often than it lasts never ends: a month ahead is told, then looked at again.
    if (end > addMs(now, longestChainMs)) return end;
  }
}

const longestChainMs = 31 * 86_400_000;

function toUtc(time: string): string {
  return new Date(time).toISOString();
}
