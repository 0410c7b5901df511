/** When the checks of a release are looked at, about which requests, and with how much of the error. Pure. */
import { lookShare } from '../../domain/look-share.ts';
import { iso, msOf } from './changes.ts';
import type { DueLook } from './deeds.ts';
import { checksOf, isJudged, stageOf } from './stages.ts';
import type { Release, TargetState } from './state.ts';

/** What so few seconds have brought is not looked at. */
const shortestMs = 10_000;

/** The look that is due, or null. */
export function findDueLook(state: TargetState, release: Release, now: string): DueLook | null {
  const at = nextLookAt(state, release);
  if (at === null || at > now) return null;
  const stage = stageOf(release);
  const { traffic, mirror } = state.desired!;
  const others = Object.keys(traffic).filter((name) => name !== release.deployment);
  const isDecisive = isJudged(stage) && release.asks === null && now >= overAt(release, msOf(stage.for));
  return {
    from: beginOf(release),
    until: now,
    deployment: release.deployment,
    champions: others,
    mirrored: (mirror[release.deployment] ?? 0) > 0,
    checks: checksOf(release),
    forwardShare: isDecisive ? lookShare(release.decisiveLooks + 1) : 0,
    backShare: lookShare(release.looks + 1),
    minimumRequests: isJudged(stage) ? stage.minimumRequests : 0,
  };
}

/** When the checks are to be looked at next (ISO 8601, UTC); null: there is nothing to see. */
export function nextLookAt({ desired }: TargetState, release: Release): string | null {
  const share = (desired?.traffic[release.deployment] ?? 0) + (desired?.mirror[release.deployment] ?? 0);
  if (share === 0 || checksOf(release).length === 0) return null;
  const stage = stageOf(release);
  const isStep = isJudged(stage) || stage?.kind === 'production';
  // What the step asks of the target is not there yet.
  if (isStep && release.stepSince === null) return null;
  const beginMs = Date.parse(beginOf(release));
  const lastMs = release.lastLook ? Date.parse(release.lastLook.at) : beginMs;
  const everyMs = msOf(release.target.lookEvery);
  const overMs = isJudged(stage) ? beginMs + msOf(stage.for) : Number.POSITIVE_INFINITY;
  const nextMs = lastMs < overMs ? Math.min(lastMs + everyMs, overMs) : lastMs + everyMs;
  return iso(Math.max(nextMs, beginMs + shortestMs));
}

const beginOf = ({ stepSince, stageSince }: Release): string => stepSince ?? stageSince;

function overAt(release: Release, forMs: number): string {
  return iso(Date.parse(beginOf(release)) + forMs);
}
