/** Remembers in HOME/timers.json when each timer last ran, so that a tick missed while the host was down is noticed. */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { LocalError } from '../../process/local-error.ts';
import { replaceFile } from '../../process/write-file-atomically.ts';
import { describeIssues, readJson } from '../settings.ts';

const StatusSchema = z.object({
  /** The last occurrence that ran; null before the first. ISO 8601, like the others. */
  last: z.iso.datetime().nullable(),
  /** Null: the schedule has no further occurrence. */
  next: z.iso.datetime().nullable(),
  /** When this was written; the next occurrence is the first after it. */
  lastUpdated: z.iso.datetime(),
});

export type ScheduleStatus = z.infer<typeof StatusSchema>;

export interface ScheduleStore {
  get(functionName: string): ScheduleStatus | null;
  /** Outlives this process when this returns. */
  set(functionName: string, status: ScheduleStatus): void;
}

export function openScheduleStore(file: string): ScheduleStore {
  const statuses = new Map(Object.entries(existsSync(file) ? read(file) : {}));
  return {
    get: (functionName) => statuses.get(functionName.toLowerCase()) ?? null,
    set(functionName, status) {
      statuses.set(functionName.toLowerCase(), status);
      replaceFile(file, `${JSON.stringify(Object.fromEntries(statuses), null, 2)}\n`);
    },
  };
}

function read(file: string): Record<string, ScheduleStatus> {
  const parsed = z.record(z.string(), StatusSchema).safeParse(readJson(file, 'settings'));
  if (parsed.success) return parsed.data;
  throw new LocalError(
    'settings',
    `${describeIssues(file, parsed.error)}\ndelete the file to start without it`,
  );
}
