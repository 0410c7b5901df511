import { runCommand } from './operation.ts';

export const accept = runCommand(
  'accept',
  'accept-run',
  'Approve a run whose gates are inconclusive: it is registered and released.',
);
