import { runCommand } from './operation.ts';

export const breakGlass = runCommand(
  'break-glass',
  'break-glass',
  'Promote the challenger of a settled run against the gates: it takes two people.',
);
