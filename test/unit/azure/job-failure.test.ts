import { expect, it } from 'vitest';
import { describeFailure } from '../../../shared/azure/job-failure.ts';

it.each([
  ['m-20260301-1f-train', 'No data.', 'see `ratchet logs m-20260301-1f --phase train`. No data'],
  ['m-20260301-1f-evaluate', '', 'see `ratchet logs m-20260301-1f --phase evaluate`'],
  ['m-20260301-1f-train', 'It says...', 'see `ratchet logs m-20260301-1f --phase train`. It says...'],
  ['of-somebody', 'No data.', 'No data'],
])('a failure of %s names its log and ends without a full stop: %j', (job, said, described) => {
  expect(describeFailure(job, said)).toBe(described);
});
