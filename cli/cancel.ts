import { runCommand } from './operation.ts';

export const cancel = runCommand(
  'cancel',
  'cancel-run',
  'Cancel a run that is under way: its job is cancelled, and no further release stage is notified.',
);
