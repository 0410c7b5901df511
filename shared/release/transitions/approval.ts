/**
 * When a stage that waits for people reminds, escalates and expires, who may approve it when, and which approvals count. Pure.
 *
 * Owns: the moments, from when the release came to the stage. Does not own: what is done then (step-forward.ts,
 * find-notices.ts), orders (operate-release.ts).
 *
 * Invariants
 * 1. All moments follow from the stage and from when the release came to it: nothing is kept, so nothing is lost.
 * 2. With hours, each lies within them.
 */
import type { ApprovalStage } from '../../config/approval-stage-schema.ts';
import { countOpenMs, readHours } from '../../config/business-hours.ts';
import { type Names, namesOf } from '../../domain/name-people.ts';
import type { Approval } from '../../domain/release-state.ts';
import { bindingOf } from './binding.ts';
import { iso, later, msOf } from './changes.ts';
import { addOpenTime, openTimeBetween } from './open-time.ts';
import type { Release } from './state.ts';

/** When so much of the stage's time is over, since the release came to it. */
function after({ stageSince }: Release, { hours }: ApprovalStage, duration: string, times = 1): string {
  if (!hours) return later(stageSince, msOf(duration) * times);
  const open = readHours(hours);
  return iso(addOpenTime(Date.parse(stageSince), countOpenMs(duration, open) * times, open));
}

/** When the stage expires (ISO 8601, UTC). */
export function deadlineOf(release: Release, stage: ApprovalStage): string {
  return after(release, stage, stage.within);
}

/** When it is escalated; null: it is not. */
export function escalatesAt(release: Release, stage: ApprovalStage): string | null {
  return stage.escalate ? after(release, stage, stage.escalate.after) : null;
}

/** How many reminders have come due. */
export function countReminders(release: Release, stage: ApprovalStage, now: string): number {
  const { remind, hours } = stage;
  if (remind === undefined) return 0;
  const [sinceMs, nowMs] = [Date.parse(release.stageSince), Date.parse(now)];
  if (!hours) return Math.floor((nowMs - sinceMs) / msOf(remind));
  const open = readHours(hours);
  return Math.floor(openTimeBetween(sinceMs, nowMs, open) / countOpenMs(remind, open));
}

/** The moments to come at which something happens to it by itself, the deadline the last. */
export function findAlarms(release: Release, stage: ApprovalStage, now: string): readonly string[] {
  const until = deadlineOf(release, stage);
  const reminder =
    stage.remind === undefined
      ? null
      : after(release, stage, stage.remind, countReminders(release, stage, now) + 1);
  const alarms = [escalatesAt(release, stage), reminder].flatMap((at) => at ?? []);
  return [...alarms.filter((at) => at > now && at < until), until];
}

/** Who may approve at a moment: names, ids and teams; null: whoever has the role. */
export function approversAt(release: Release, stage: ApprovalStage, at: string): readonly string[] | null {
  if (!stage.by) return null;
  const more = stage.escalate?.by;
  return more && at >= escalatesAt(release, stage)! ? [...new Set([...stage.by, ...more])] : stage.by;
}

/** Of whoever has requested or approved it. */
export function knownNames({
  requesterNames,
  approvals,
}: Pick<Release, 'requesterNames' | 'approvals'>): Names {
  return { ...requesterNames, ...namesOf(approvals.map(({ actor }) => actor)) };
}

/** Those that are of what the release stands at now, and those that are void. */
export function sortApprovals(release: Release): {
  readonly valid: readonly Approval[];
  readonly voided: readonly Approval[];
} {
  const binding = bindingOf(release);
  return {
    valid: release.approvals.filter((approval) => approval.binding === binding),
    voided: release.approvals.filter((approval) => approval.binding !== binding),
  };
}
