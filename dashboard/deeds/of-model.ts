/** What can be done to a model, in the words of docs/operators.md. */
import { command } from '../format/command.ts';
import type { Deed } from '../parts/act.tsx';
import { operation, withReason } from './operation.ts';

export const requestRun = (model: string): Deed => ({
  label: 'Request a run',
  access: 'request',
  tone: 'main',
  title: `Request a run of ${model}`,
  does: 'A signal of yours requests a run. Cooldown, quiet period and budget do not block a person; freezes, the kill switch and a run under way block everybody. The decision says which it was.',
  path: `models/${encodeURIComponent(model)}/signals`,
  body: {},
  command: (_fields, reason) => command('request', model, ...withReason(reason)),
});

export const freeze = (model: string): Deed =>
  operation(
    model,
    { action: 'freeze' },
    ({ until = '' }) => ['freeze', model, ...(until === '' ? [] : ['--until', until])],
    {
      label: 'Freeze',
      title: `Freeze ${model}`,
      does: 'No run of it starts until then. A run that is under way goes on.',
      fields: [
        {
          name: 'until',
          label: 'Until',
          type: 'datetime-local',
          hint: 'In your zone. Empty: until somebody thaws it.',
        },
      ],
    },
  );

export const thaw = (model: string): Deed =>
  operation(model, { action: 'thaw' }, () => ['thaw', model], {
    label: 'Thaw',
    title: `Thaw ${model}`,
    does: 'Every freeze that operators have set ends; those of the model file stay.',
  });

const modes = [
  ['file', 'as the model file has it'],
  ['auto', 'auto: runs start by themselves'],
  ['suggest', 'suggest: a person lets a run start'],
  ['observe', 'observe: it is written down what would have started'],
  ['off', 'off: everything is rejected'],
] as const;

export const setMode = (model: string, present: string): Deed =>
  operation(model, { action: 'set-mode' }, ({ mode = '' }) => ['mode', model, mode], {
    label: 'Set the mode',
    title: `Set the mode of ${model}`,
    does: 'It holds in place of the mode of the model file, until it is set again. To auto takes the role approver.',
    fields: [
      {
        name: 'mode',
        label: 'Mode',
        initial: modes.some(([value]) => value === present) ? present : 'file',
        options: modes.map(([value, label]) => ({ value, label })),
      },
    ],
  });

export const approve = (model: string): Deed =>
  operation(model, { action: 'approve' }, () => ['approve', model], {
    label: 'Let it run',
    tone: 'main',
    title: `Let the suggested run of ${model} start`,
    does: 'What waits for a person starts one run, as soon as nothing else holds it.',
  });

export const withdraw = (model: string): Deed =>
  operation(model, { action: 'withdraw' }, () => ['withdraw', model], {
    label: 'Withdraw what waits',
    title: `Withdraw what waits for ${model}`,
    does: 'The signals that wait together are rejected: no run starts for them.',
  });
