import { runCommand } from './operation.ts';

export const breakGlass = runCommand(
  'break-glass',
  'break-glass',
  'Override the gates: promote the challenger of a settled run. It takes the approval of two people.',
);
