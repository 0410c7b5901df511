import { runCommand } from './operation.ts';

export const refuse = runCommand(
  'refuse',
  'refuse-run',
  'Refuse a run that waits for a person because its gates were inconclusive: it releases nothing.',
);
