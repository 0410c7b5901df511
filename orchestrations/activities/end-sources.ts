import { wiring } from '../../shared/wiring.ts';

/** Where it is asked how a job ended. */
export const endSources = {
  tracking: wiring.runsMetrics,
  logs: wiring.jobLogs,
  workspace: wiring.workspace,
  blobs: wiring.blobs,
};
