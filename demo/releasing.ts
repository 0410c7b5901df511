/** What people do about a release that waits for them. */
import type { StoryParts, Timeline } from './timeline.ts';

const minuteMs = 60_000;

/** Whoever approves looks once a day, and has nothing against it. */
export async function approveWhatWaits({ api, view }: StoryParts, time: Timeline): Promise<void> {
  const waits = time.releases().find(({ state }) => state === 'waiting-for-approval');
  if (!waits) return;
  view.happens(time.nowMs(), 'approval', `ben approves the release of version ${waits.model.version}`);
  const approving = api.approve(waits.releaseId, 'its gates have passed');
  await time.passUntil(time.nowMs() + minuteMs);
  await approving;
}
