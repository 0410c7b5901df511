import { type Command, readArgs, UsageError } from './command.ts';
import { operate, operationOptions, operationsPath, operationUsage } from './operation.ts';

export const quarantine: Command = {
  summary: 'Put a version of a model under embargo, so that nothing lets it anywhere; or take that back.',
  usage: [
    `ratchet quarantine MODEL:VERSION [--lift] ${operationUsage}`,
    'A release of the version goes back, nothing goes back to it, and whoever asks is answered that it may not be used.',
    'A version that serves everybody goes on: ratchet roll-back has another one serve. --lift takes the quarantine back.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, { ...operationOptions, lift: { type: 'boolean' } });
    const [named = '', ...more] = positionals;
    const [, model, version] = /^([^:]+):(.+)$/.exec(named) ?? [];
    if (model === undefined || version === undefined || more.length > 0)
      throw new UsageError('name exactly one version, as MODEL:VERSION, such as spam-filter:7');
    const action = values.lift ? 'lift-quarantine' : 'quarantine';
    return operate(values, operationsPath(model), { action, version });
  },
};
