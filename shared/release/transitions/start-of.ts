import type { Candidate } from './state.ts';

/** What the orchestration of a release is started with, the first time and again. */
export function startOf({ releaseId, runId, model, previous, gateReportHash, target, freezes }: Candidate) {
  return { releaseId, runId, model, previous, gateReportHash, target, freezes };
}
