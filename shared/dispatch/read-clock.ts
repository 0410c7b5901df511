/**
 * What time it is for the service: that of its orchestrations, which on one machine may be a virtual one.
 *
 * The watchdog's scan and the schedule scan come round all the time, and their status has the time of it. Where that is about
 * what this machine's clock says, its clock is right to the millisecond.
 */
import { lookInstanceId, watchInstanceId } from './start-look.ts';

interface StatusReader {
  getStatus(instanceId: string): Promise<{ readonly lastUpdatedTime?: Date | string }>;
}

/** Scans come round within minutes; a service that was stopped for longer tells the time again after the next one. */
const sameClockMs = 86_400_000;

/** ISO 8601, UTC. */
export async function readClock(client: StatusReader): Promise<string> {
  const scans = await Promise.all(
    [watchInstanceId, lookInstanceId].map((id) => client.getStatus(id).catch(() => null)),
  );
  const times = scans.flatMap((scan) =>
    scan?.lastUpdatedTime ? [new Date(scan.lastUpdatedTime).getTime()] : [],
  );
  const nowMs = Date.now();
  const toldMs = Math.max(...times);
  const isOwn = times.length === 0 || Number.isNaN(toldMs) || Math.abs(nowMs - toldMs) < sameClockMs;
  return new Date(isOwn ? nowMs : toldMs).toISOString();
}
