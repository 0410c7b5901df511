/** What a release asks of its target, as percents by deployment. Pure. */
import type { Observed, Split, Traffic } from '../../domain/release-state.ts';
import type { Release } from './state.ts';

/** The version answers so many percent; what is left is answered as before, by the one that has answered most. */
export function giveShare({ deployment }: Release, percent: number, others: Traffic): Traffic {
  const stable = findStable(others, deployment);
  const all = { [deployment]: percent, ...(stable !== null && { [stable]: 100 - percent }) };
  return withoutZeros(stable === null ? { [deployment]: 100 } : all);
}

/** What a release that goes back asks for: every request to a settled version, or what was before, without the challenger. */
export function goBackOf({ back, before, deployment }: Release): Split {
  if (back?.to) return { traffic: { [back.to.deployment]: 100 }, mirror: {} };
  const others = Object.entries(before?.traffic ?? {}).filter(([name]) => name !== deployment);
  const isWhole = others.reduce((sum, [, percent]) => sum + percent, 0) === 100;
  return { traffic: isWhole ? Object.fromEntries(others) : {}, mirror: {} };
}

/** The deployment, other than the challenger's, that answers most. Null: none answers. */
export function findStable(traffic: Traffic, challenger: string): string | null {
  const others = Object.entries(traffic).filter(([name, percent]) => name !== challenger && percent > 0);
  others.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return others[0]?.[0] ?? null;
}

export function isSame(a: Split, b: Split): boolean {
  return isSameTraffic(a.traffic, b.traffic) && isSameTraffic(a.mirror, b.mirror);
}

function isSameTraffic(a: Traffic, b: Traffic): boolean {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every(
    (name) => (a[name] ?? 0) === (b[name] ?? 0),
  );
}

export function withoutZeros(traffic: Traffic): Traffic {
  return Object.fromEntries(Object.entries(traffic).filter(([, percent]) => percent > 0));
}

export function splitOf({ traffic, mirror }: Observed): Split {
  return { traffic: withoutZeros(traffic), mirror: withoutZeros(mirror) };
}

/** For a sentence: `version-2 90 %, version-3 10 %`. */
export function describeSplit({ traffic, mirror }: Split): string {
  const say = (of: Traffic): string =>
    Object.entries(withoutZeros(of))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, percent]) => `${name} ${percent} %`)
      .join(', ');
  const copied = say(mirror);
  return `${say(traffic) || 'nobody'}${copied && `, copies to ${copied}`}`;
}

/** The name of a version's deployment: the same for ever, so that no version is deployed twice. */
export function deploymentOf(version: string, as: 'version' | 'drill' = 'version'): string {
  const plain = `${as}-${version}`.replaceAll(/[^A-Za-z0-9]+/g, '-').replace(/-$/, '');
  return plain.slice(0, 32).replace(/-$/, '');
}
