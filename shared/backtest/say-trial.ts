/** What a policy would have done beside the one in force, in one sentence for a person. Pure. */
import { counted } from '../domain/plural.ts';
import type { PlayDifferences } from './compare-plays.ts';
import type { MetEpisode } from './episodes.ts';
import type { Summary } from './summarize.ts';

type Told = Pick<Summary, 'runs' | 'episodes' | 'losses'>;

export function sayTrial(
  first: Told,
  second: Told,
  { decisions }: Pick<PlayDifferences, 'decisions'>,
): string {
  const runs = `This policy would have started ${sayRuns(second.runs)}`;
  if (decisions.length === 0) return `${runs}: it decides every signal as the one in force does.`;
  return `${runs}, the one in force ${sayRuns(first.runs)}; ${sayReaction(first, second)}.`;
}

function sayRuns({ started, hours, hoursUnknown, money }: Summary['runs']): string {
  if (started === 0) return 'no run';
  const least = hoursUnknown > 0 ? 'at least ' : '';
  const price = money === null ? '' : `${least}${round(money)} of money and `;
  return `${counted(started, 'run')} for ${price}${least}${round(hours)} h of jobs`;
}

interface Met {
  readonly first: MetEpisode;
  readonly second: MetEpisode;
  /** Days earlier than the policy in force; infinite where one of them misses it. */
  readonly gain: number;
}

/** Of the episode that it gains or loses most in. */
function sayReaction(first: Told, second: Told): string {
  const met = first.episodes.all.map((each, place) => meet(each, second.episodes.all[place]!));
  if (met.length === 0)
    return second.losses
      ? 'there was no episode to react to'
      : 'whether it reacts to anything is not known, for no rule of metrics says when the model is bad';
  const changed = met.filter(({ gain }) => gain !== 0).sort((a, b) => Math.abs(b.gain) - Math.abs(a.gain));
  const [most, ...others] = changed;
  if (!most) return sayAlike(second);
  return `it ${sayChange(most)}${sayOthers(others)}`;
}

function sayOthers(others: readonly Met[]): string {
  const sooner = others.filter(({ gain }) => gain > 0).length;
  const later = others.length - sooner;
  return [
    ...(sooner > 0 ? [`, to ${sooner} more sooner`] : []),
    ...(later > 0 ? [`, to ${later} more later or not at all`] : []),
  ].join('');
}

function meet(first: MetEpisode, second: MetEpisode): Met {
  const [then, now] = [first.daysToReact, second.daysToReact];
  if (then !== null && now !== null) return { first, second, gain: then - now };
  if (then === now) return { first, second, gain: 0 };
  return { first, second, gain: now === null ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY };
}

function sayChange({ first, second, gain }: Met): string {
  const episode = `episode ${second.name} of ${second.from.slice(0, 10)}`;
  if (second.daysToReact === null)
    return `would have missed ${episode}, to which the one in force reacts ${after(first.daysToReact!)}`;
  if (first.daysToReact === null)
    return `would have reacted to ${episode} ${after(second.daysToReact)}, which the one in force misses`;
  return `would have reacted to ${episode} ${length(Math.abs(gain))} ${gain > 0 ? 'earlier' : 'later'}`;
}

function sayAlike({ episodes: { found, missed } }: Told): string {
  const all = counted(found + missed, 'episode');
  if (found === 0) return `both miss ${all}`;
  return `both react to ${missed === 0 ? all : `${found} of ${all}`} equally soon`;
}

const after = (days: number): string => (days === 0 ? 'at once' : `after ${length(days)}`);

function length(days: number): string {
  const [value, unit] = days < 1 ? [round(days * 24), 'h'] : [round(days), days === 1 ? 'day' : 'days'];
  return `${value} ${unit}`;
}

const round = (value: number): string => String(Number(value.toPrecision(3)));
