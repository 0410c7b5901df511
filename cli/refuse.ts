import { runCommand } from './operation.ts';

export const refuse = runCommand(
  'refuse',
  'refuse-run',
  'Have a run that asks, because its gates cannot say, end and release nothing.',
);
