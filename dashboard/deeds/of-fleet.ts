/** The kill switch, in the words of docs/operators.md. */
import { command } from '../format/command.ts';
import type { Deed } from '../parts/act.tsx';
import { withReason } from './operation.ts';

export const stopFleet = (): Deed => ({
  label: 'Stop all runs',
  access: 'stop',
  tone: 'danger',
  title: 'Throw the kill switch',
  does: 'No run of any model starts any more. Signals that arrive meanwhile, and those that wait, are rejected and not replayed later. Runs and releases that are under way go on: cancel or abort them one by one.',
  path: 'fleet/operations',
  body: { action: 'stop' },
  command: (_fields, reason) => command('fleet', 'stop', ...withReason(reason)),
});

export const resumeFleet = (): Deed => ({
  label: 'Let runs start again',
  access: 'resume',
  tone: 'main',
  title: 'Release the kill switch',
  does: 'Runs may start again. What was rejected meanwhile is not made up for: the next signal asks anew.',
  path: 'fleet/operations',
  body: { action: 'resume' },
  command: (_fields, reason) => command('fleet', 'resume', ...withReason(reason)),
});
