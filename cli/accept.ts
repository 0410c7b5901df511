import { runCommand } from './operation.ts';

export const accept = runCommand(
  'accept',
  'accept-run',
  'Accept a run that waits for a person because its gates were inconclusive: register and release it.',
);
