import { describe, expect, it } from 'vitest';
import { endOfJob } from '../../../shared/domain/job-status.ts';

describe('the status of a job', () => {
  it.each([
    ['Completed', 'succeeded'],
    ['completed', 'succeeded'],
    ['Failed', 'failed'],
    ['Canceled', 'failed'],
    ['Cancelled', 'failed'],
    ['CANCELLED', 'failed'],
  ])('%s is an end: it has %s', (status, end) => {
    expect(endOfJob(status)).toBe(end);
  });

  it.each([
    'Running',
    'CancelRequested',
    'NotResponding',
    'Paused',
    'Unknown',
    'Finalizing',
    '',
    'constructor',
  ])('%j is none: the job may go on', (status) => {
    expect(endOfJob(status)).toBeNull();
  });
});
