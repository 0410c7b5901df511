import { expect, it } from 'vitest';
import { findProgress } from '../../../shared/dispatch/run-progress.ts';
import type { Run, RunPhase } from '../../../shared/domain/run.ts';

const since = '2026-03-01T10:00:00.000Z';

function progressOf(phase: RunPhase, statuses: Record<string, unknown>, job?: string) {
  const run = { runId: 'm-1', phase, outcome: null } as Run;
  const client = {
    getStatus: async (id: string) => {
      if (!(id in statuses)) throw new Error(`no instance ${id}`);
      return { customStatus: statuses[id] };
    },
  };
  return findProgress(run, client, async (name) => {
    if (job === undefined) throw new Error(`no job ${name}`);
    return `${job} as ${name}`;
  });
}

it.each<[string, RunPhase, Record<string, unknown>, string | undefined, string | null, string]>([
  [
    'a job',
    'train',
    { 'm-1': { phase: 'train', since } },
    'Queued',
    since,
    'Waits for job m-1-train, which is Queued as m-1-train.',
  ],
  [
    'a job that is not there yet',
    'evaluate',
    { 'm-1': { phase: 'evaluate', since } },
    undefined,
    since,
    'Waits for job m-1-evaluate, which is not submitted yet.',
  ],
  [
    'a phase of which the orchestration does not know yet',
    'evaluate',
    { 'm-1': { phase: 'train', since } },
    'Running',
    null,
    'Waits for job m-1-evaluate, which is Running as m-1-evaluate.',
  ],
  [
    'an outage',
    'train',
    { 'm-1': { phase: 'train', since, waits: 'Waits for the workspace.' } },
    'Running',
    since,
    'Waits for the workspace.',
  ],
  [
    'a person',
    'gate',
    { 'm-1': { phase: 'gate', since, asks: 'Waits for a person.' } },
    undefined,
    since,
    'Waits for a person.',
  ],
  [
    'a stage',
    'release',
    { 'm-1': { phase: 'release', since }, 'm-1-release': { stage: 'production' } },
    undefined,
    since,
    'Waits for release stage production.',
  ],
  ['nothing that can be read', 'release', {}, undefined, null, 'Waits for the stages of its release.'],
])('a run that goes on says what it waits for: %s', async (_what, phase, statuses, job, began, waits) => {
  expect(await progressOf(phase, statuses, job)).toEqual({ phase, since: began, waits });
});

it('a run that has ended waits for nothing', async () => {
  const run = { runId: 'm-1', phase: 'settled', outcome: 'released' } as Run;
  const fail = async () => {
    throw new Error('nobody is asked');
  };
  expect(await findProgress(run, { getStatus: fail }, fail)).toBeNull();
});
