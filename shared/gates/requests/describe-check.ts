/** What a look at a check says, for a person: the numbers, the limit, the confidence, and what would do. */
import { lookOfShare } from '../../domain/look-share.ts';
import { counted, plural } from '../../domain/plural.ts';
import type { RequestCounts } from '../../domain/request-counts.ts';
import { describeConfidence } from '../describe-rule.ts';
import { type CheckAtLook, infer, isWithin, limitOf, type RequestLook, type Side } from './check-at-look.ts';

interface Sides {
  readonly challenger: readonly RequestCounts[];
  readonly champions: readonly RequestCounts[];
}

/** Requests that a silent version would have been sent by its share: fewer are no silence. */
const missedAtLeast = 10;

/**
 * Why a version may answer nothing, which looks in counts like a version without a fault; null where it answers. A version
 * that crashes hard, and one that gets no requests, leave the same trace: none, beside a champion that answers.
 */
export function describeSilence(look: RequestLook, { challenger, champions }: Sides): string | null {
  const [own, others] = [sum(challenger, 'requests'), sum(champions, 'requests')];
  const beside = look.champions.length === 0 ? '' : `, and ${count(others)} of ${names(look.champions)}`;
  if (own === 0) {
    const why = look.mirrored
      ? 'Azure does not say whether its traffic log lists copied requests: where it does not, the checks of a shadow stage cannot be answered, and a canary must judge instead'
      : 'it is sent none, it answers none, or the endpoint does not log its traffic (docs/release-checks.md)';
    return `The log has no request of ${look.deployment}${beside}: ${why}.`;
  }
  const [ownRecent, othersRecent] = [sum(challenger, 'recent'), sum(champions, 'recent')];
  const othersBefore = others - othersRecent;
  const expected = othersBefore === 0 ? 0 : (othersRecent * own) / othersBefore;
  if (ownRecent > 0 || expected < missedAtLeast) return null;
  return `The log has no request of ${look.deployment} in the last quarter of the time, and ${count(othersRecent)} of ${names(look.champions)}: it has stopped to answer, or is sent none any more.`;
}

export function describePassed(at: CheckAtLook): string {
  const { check, forwardError } = at;
  const high = infer(at, 'forward')!.interval(1 - 2 * forwardError).high;
  return `Check ${check.check} passed: ${tell(at, 'most')}; with ${sure(forwardError)} confidence it is at most ${figure(at, high)}, and ${limit(at)} is allowed (look ${lookOfShare(at.look.forwardShare)} at a step forward).`;
}

export function describeFailed(at: CheckAtLook): string {
  const { check, backError } = at;
  const low = infer(at, 'back')!.interval(1 - 2 * backError).low;
  return `Check ${check.check} failed: ${tell(at, 'least')}; with ${sure(backError)} confidence it is at least ${figure(at, low)}, and ${limit(at)} is allowed (look ${lookOfShare(at.look.backShare)}).`;
}

export function describeOpen(at: CheckAtLook): string {
  const { check, challenger, champion, forwardError, look } = at;
  const begin = `Check ${check.check} cannot say`;
  if (challenger.bad === null || (check.worseBy !== undefined && champion.bad === null))
    return `${begin}: ${check.metric} was not counted.`;
  if (check.worseBy !== undefined && champion.requests === 0)
    return `${begin}: ${tellSide(at, challenger, 'most')}, and the log has no request of ${names(look.champions) || 'a champion'} to compare with.`;
  const numbers = tell(at, 'most');
  const of = `${limit(at)} is allowed`;
  if (!(forwardError > 0))
    return `${begin}: ${numbers}; ${of}, and nothing shows that it is more; this look was no look at a step forward.`;
  if (challenger.requests < look.minimumRequests)
    return `${begin}: ${numbers}; ${of}, and a step forward needs ${counted(look.minimumRequests, 'request')} at least.`;
  const high = infer(at, 'forward')!.interval(1 - 2 * forwardError).high;
  return `${begin}: ${numbers}; ${of}, and with ${sure(forwardError)} confidence it could be up to ${figure(at, high)} (look ${lookOfShare(look.forwardShare)} at a step forward): ${describeNeed(at)}.`;
}

const searchedAtMost = 10_000_000;

/** With how many requests, of which as large a share is bad, the same look would pass. */
function describeNeed(at: CheckAtLook): string {
  const passes = (factor: number): boolean =>
    isWithin({ ...at, challenger: grow(at.challenger, factor), champion: grow(at.champion, factor) });
  let [short, enough] = [1, 2];
  const largest = searchedAtMost / Math.max(at.challenger.requests, at.champion.requests);
  while (enough < largest && !passes(enough)) [short, enough] = [enough, 2 * enough];
  if (enough >= largest) return 'at this rate, no number of requests would do';
  for (let turn = 0; turn < 6; turn++) {
    const middle = (short + enough) / 2;
    if (passes(middle)) enough = middle;
    else short = middle;
  }
  return `at this rate, about ${count(Number((enough * at.challenger.requests).toPrecision(2)))} requests would do`;
}

function grow({ requests, bad }: Side, factor: number): Side {
  const grown = (number: number) => Math.round(number * factor);
  return {
    requests: grown(requests),
    bad: bad && { least: grown(bad.least), most: grown(bad.most) },
  };
}

function tell(at: CheckAtLook, end: 'least' | 'most'): string {
  const own = tellSide(at, at.challenger, end);
  if (at.check.worseBy === undefined) return own;
  return `${own}, against ${tellShare(at.champion, end === 'most' ? 'least' : 'most')} of the champion's`;
}

function tellSide(
  { check, look }: Pick<CheckAtLook, 'check' | 'look'>,
  side: Side,
  end: 'least' | 'most',
): string {
  const what =
    check.metric === 'error_rate'
      ? 'failed'
      : `took ${check.slowerThanMs} ms or longer, or got no good answer`;
  const { least, most } = side.bad!;
  const unclear = most - least;
  const doubt = unclear === 0 ? '' : `, ${count(unclear)} ${end === 'most' ? 'of them' : 'more'} unclear`;
  return `${tellShare(side, end)} of ${look.deployment} ${what}${doubt}`;
}

function tellShare({ requests, bad }: Side, end: 'least' | 'most'): string {
  const share = requests === 0 ? 0 : bad![end] / requests;
  return `${count(bad![end])} of ${count(requests)} ${plural(requests, 'request')} (${percent(share)} %)`;
}

function limit(at: CheckAtLook): string {
  return figure(at, limitOf(at.check));
}

/** A share in per cent, or a difference of two in points of a per cent. */
function figure({ check }: CheckAtLook, value: number): string {
  if (check.worseBy === undefined) return `${percent(value)} %`;
  return `${percent(Math.abs(value))} percentage points ${value < 0 ? 'less' : 'more'}`;
}

const percent = (share: number): string => String(Number((100 * share).toPrecision(3)));
const sure = (error: number): string => describeConfidence(1 - error);
const count = (number: number): string => String(number).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
const names = (deployments: readonly string[]): string => deployments.join(' and ');

function sum(side: readonly RequestCounts[], field: 'requests' | 'recent'): number {
  return side.reduce((all, counts) => all + counts[field], 0);
}
