import { runCommand } from './operation.ts';

export const accept = runCommand(
  'accept',
  'accept-run',
  'Have a run that asks, because its gates cannot say, registered and released.',
);
