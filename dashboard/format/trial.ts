/** The figures of a policy that was tried beside those of the one in force, as rows of words. Pure. */
import type { Backtest } from '../../shared/backtest/backtest.ts';
import { counted, formatNumber } from './number.ts';
import { sayAdmission, sayReason } from './words.ts';

type Policy = Backtest['policies'][number];
type Side = Backtest['differences'][number]['decisions'][number]['first'];

export interface Figure {
  readonly name: string;
  /** Of each policy, in their order. */
  readonly values: readonly string[];
}

const rows: readonly (readonly [string, (policy: Policy) => string])[] = [
  ['Runs', ({ runs }) => `${runs.started} started, ${runs.released} released`],
  ['of which took place', ({ runs }) => String(runs.recorded)],
  ['Hours of jobs', ({ runs }) => `${formatNumber(runs.hours)} h${unknownOf(runs)}`],
  [
    'Money',
    ({ runs }) =>
      runs.money === null ? 'no price is given' : `${formatNumber(runs.money)}${unknownOf(runs)}`,
  ],
  ['Age of the champion', ({ championAge }) => sayAge(championAge)],
  ['Episodes', ({ episodes }) => sayEpisodes(episodes)],
  ['Loss', ({ losses }) => sayLoss(losses)],
  ['Regret', ({ regret }) => (regret.said ? formatNumber(regret.regret) : `not known: ${regret.why}`)],
];

export function figuresOf(policies: readonly Policy[]): readonly Figure[] {
  return [
    ...rows.map(([name, say]) => ({ name, values: policies.map(say) })),
    ...signalRows(policies),
    ...waitRows(policies),
  ];
}

const unknownOf = ({ hoursUnknown }: Policy['runs']): string =>
  hoursUnknown > 0 ? `, without ${counted(hoursUnknown, 'run')} nobody knows of` : '';

function sayAge(age: Policy['championAge']): string {
  if (!age) return 'not known';
  return `${formatNumber(age.meanDays)} days on average, ${formatNumber(age.longestDays)} at most`;
}

function sayEpisodes({ found, missed, meanDaysToReact }: Policy['episodes']): string {
  if (found + missed === 0) return 'none';
  const after = meanDaysToReact === null ? '' : ` after ${formatNumber(meanDaysToReact)} days on average`;
  return `reacts to ${found} of ${found + missed}${after}`;
}

function sayLoss(losses: Policy['losses']): string {
  if (!losses) return 'nothing is measured';
  const { known, most, unknownWindows } = losses;
  if (unknownWindows === 0) return formatNumber(known);
  const end = most === null ? 'without end above' : `${formatNumber(most)} at most`;
  return `no number: ${formatNumber(known)} at least, ${end}`;
}

function signalRows(policies: readonly Policy[]): readonly Figure[] {
  const kinds = new Map(
    policies.flatMap(({ signals }) =>
      signals.map((each) => [`${each.outcome} ${each.reason}`, each] as const),
    ),
  );
  return [...kinds.values()].map(({ outcome, reason }) => ({
    name: `Signals ${outcome}: ${sayReason(reason)}`,
    values: policies.map(({ signals }) => {
      const same = signals.find((each) => each.outcome === outcome && each.reason === reason);
      return String(same?.signals ?? 0);
    }),
  }));
}

function waitRows(policies: readonly Policy[]): readonly Figure[] {
  const reasons = new Set(policies.flatMap(({ waits }) => waits.map(({ reason }) => reason)));
  return [...reasons].map((reason) => ({
    name: `Waits: ${sayReason(reason)}`,
    values: policies.map(({ waits }) => {
      const same = waits.find((each) => each.reason === reason);
      return same ? `${formatNumber(same.hours)} h, ${counted(same.signals, 'signal')}` : 'none';
    }),
  }));
}

/** What a policy answers to a signal; null: it never came up under it. */
export function sayAnswer(side: Side): string {
  if (!side) return 'did not come up';
  return `${sayAdmission(side.outcome).text}, ${sayReason(side.reason)}`;
}
