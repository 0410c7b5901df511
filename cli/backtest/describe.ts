/** What a backtest has found, in lines for a person. */
import pc from 'picocolors';
import type { Backtest } from '../../shared/backtest/backtest.ts';
import type { DecisionDifference } from '../../shared/backtest/compare-plays.ts';
import { counted } from '../../shared/domain/plural.ts';
import { printableTexts } from '../printable-texts.ts';

type Policy = Backtest['policies'][number];

const differencesAtMost = 20;

export function describeBacktest(found: Backtest): readonly string[] {
  const told = printableTexts(found);
  return [
    `${pc.bold(told.model)}  ${told.from} to ${told.until}`,
    ...told.policies.flatMap((policy) => ['', ...describePolicy(policy, told)]),
    ...told.differences.flatMap((each) => ['', ...describeDifferences(each)]),
    ...(told.record ? ['', ...describeRecord(told.record)] : []),
    '',
    'Assumed where the history does not say:',
    ...told.assumptions.map(({ what, value, flag }) => `  ${what}: ${value} (${flag})`),
  ];
}

function describePolicy(policy: Policy, { measure }: Backtest): readonly string[] {
  const { runs, signals, waits, championAge, losses, episodes, regret, cannotSay, ignored } = policy;
  const money = runs.money === null ? '' : `, ${number(runs.money)} of money`;
  const unknown = runs.hoursUnknown === 0 ? '' : ` (of ${counted(runs.hoursUnknown, 'run')} nobody knows)`;
  const age =
    championAge &&
    `${number(championAge.meanDays)} days on average, ${number(championAge.longestDays)} at most`;
  const react =
    episodes.meanDaysToReact === null ? '' : `, after ${number(episodes.meanDaysToReact)} days on average`;
  return [
    `${pc.bold(policy.name)}  ${pc.dim(policy.configHash.slice(0, 12))}`,
    `  runs      ${runs.started} started, ${runs.released} released; ${runs.recorded} of them took place; ${number(runs.hours)} h of jobs${unknown}${money}`,
    `  signals   ${signals.map(({ outcome, reason, signals: count }) => `${count} ${outcome} (${reason})`).join(', ') || 'none'}`,
    `  waits     ${waits.map(({ reason, signals: count, hours }) => `${reason} ${number(hours)} h, ${counted(count, 'signal')}`).join('; ') || 'none'}`,
    `  champion  ${age ?? 'of no known age'}`,
    ...(losses && measure ? [`  loss      ${describeLoss(losses)}`] : []),
    `  episodes  ${episodes.found} found${react}, ${episodes.missed} missed`,
    `  regret    ${regret.said ? `${number(regret.regret)}: the best schedule of ${counted(regret.runs, 'run')} has ${number(regret.best.cost)}` : `cannot be said: ${regret.why}`}`,
    ...ignored.map(({ what, times }) => pc.dim(`  left out  ${counted(times, 'time')}: ${what}`)),
    ...cannotSay.map((sentence) => pc.yellow(`  ${sentence}`)),
  ];
}

/** Of metric times days. */
export function describeLoss({
  measure,
  known,
  most,
  unknownWindows,
  windows,
}: NonNullable<Policy['losses']>): string {
  const { metric, side, reference } = measure;
  const of = `${metric} ${side} ${reference}, times days, over ${counted(windows, 'window')}`;
  if (unknownWindows === 0) return `${number(known)} (${of})`;
  return `no number: ${number(known)} at least, ${most === null ? 'without end' : `${number(most)} at most`} (${of})`;
}

function describeDifferences({
  first,
  second,
  sentence,
  decisions,
  onlyFirst,
  onlySecond,
}: Backtest['differences'][number]): readonly string[] {
  const left = decisions.length - differencesAtMost;
  return [
    `${pc.bold(`${second} against ${first}`)}: ${counted(decisions.length, 'decision')} differ; ${counted(onlySecond.length, 'run')} more, ${onlyFirst.length} fewer`,
    `  ${sentence}`,
    ...decisions.slice(0, differencesAtMost).flatMap(describeDifference),
    ...(left > 0 ? [pc.dim(`  and ${left} more: --json has all`)] : []),
  ];
}

function describeDifference({ signalId, offeredAt, first, second }: DecisionDifference): readonly string[] {
  return [`  ${offeredAt}  ${signalId}`, `    ${sideOf(first)}  ->  ${sideOf(second)}`];
}

export function sideOf(side: DecisionDifference['first']): string {
  if (!side) return 'did not come up';
  const { outcome, reason, decidedAt, runId } = side;
  return `${outcome} (${reason}) at ${decidedAt}${runId === null ? '' : `, run ${runId}`}`;
}

function describeRecord({
  decisions,
  same,
  secondsApart,
  differences,
}: NonNullable<Backtest['record']>): readonly string[] {
  const apart = secondsApart > 0 ? `, ${number(secondsApart)} s apart at most` : '';
  return [
    `Against what the service decided then: ${same} of ${counted(decisions, 'decision')} the same${apart}`,
    ...differences
      .slice(0, differencesAtMost)
      .map(
        ({ signalId, recorded, played, why }) =>
          `  ${signalId}: ${recorded ?? 'nothing'} -> ${played ?? 'nothing'}: ${why}`,
      ),
    ...(differences.length > differencesAtMost
      ? [pc.dim(`  and ${differences.length - differencesAtMost} more: --json has all`)]
      : []),
  ];
}

export const number = (value: number): string => String(Number(value.toPrecision(4)));
