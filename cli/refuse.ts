import { runCommand } from './operation.ts';

export const refuse = runCommand(
  'refuse',
  'refuse-run',
  'Reject a run whose gates are inconclusive: it ends and releases nothing.',
);
