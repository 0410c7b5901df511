/** Hours in which a team works and time counts, as a model file writes them, to numbers. Pure. */
import { durationPattern, parseDurationMs } from './duration.ts';

/** As the schema has them. */
interface BusinessHours {
  readonly days: string;
  readonly from: string;
  readonly to: string;
  readonly zone: string;
}

const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const daysPattern = /^(?:sun|mon|tue|wed|thu|fri|sat)(?:[-,](?:sun|mon|tue|wed|thu|fri|sat))*$/;
const dayMs = 86_400_000;

/** Minutes after midnight of `HH:MM`; NaN: it is none. */
export function minutesOf(text: string): number {
  const [, hour, minute] = /^(\d\d):(\d\d)$/.exec(text) ?? [];
  const minutes = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && minutes <= 1_440 ? minutes : Number.NaN;
}

/** The days of a list such as `mon-fri` or `mon-wed,sat`, 0 for Sunday; null: it is none. */
export function readDays(text: string): readonly number[] | null {
  if (!daysPattern.test(text)) return null;
  const days = new Set<number>();
  for (const part of text.split(',')) {
    const ends = part.split('-').map((day) => (dayNames as readonly string[]).indexOf(day));
    if (ends.length > 2) return null;
    const [from, to = from] = ends as [number, number?];
    for (let day = from; ; day = (day + 1) % 7) {
      days.add(day);
      if (day === to) break;
    }
  }
  return [...days].sort();
}

/** As numbers. */
export interface OpenHours {
  /** 0 for Sunday. */
  readonly days: readonly number[];
  /** After midnight. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly zone: string;
}

/** Of hours that the schema has seen. */
export function readHours({ days, from, to, zone }: BusinessHours): OpenHours {
  return { days: readDays(days)!, fromMs: minutesOf(from) * 60_000, toMs: minutesOf(to) * 60_000, zone };
}

/**
 * How much open time a duration is: a day of it is one day's hours, so that `P2D` is over two working days later at the same
 * time of day; hours and minutes are open hours and minutes.
 */
export function countOpenMs(duration: string, { fromMs, toMs }: OpenHours): number {
  const [, weeks = 0, days = 0] = new RegExp(durationPattern).exec(duration) ?? [];
  const wholeDays = Number(weeks) * 7 + Number(days);
  return (parseDurationMs(duration) ?? 0) + wholeDays * (toMs - fromMs - dayMs);
}
