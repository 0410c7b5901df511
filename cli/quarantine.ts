import { type Command, readArgs, UsageError } from './command.ts';
import { operate, operationOptions, operationsPath, operationUsage } from './operation.ts';

export const quarantine: Command = {
  summary: 'Quarantine a version of a model: no release and no rollback may use it. Or lift the quarantine.',
  usage: [
    `ratchet quarantine MODEL:VERSION [--lift] ${operationUsage}`,
    'A release of the version is rolled back, no rollback goes to it, and ratchet says to every pipeline that it may not be used.',
    'A version that already serves all traffic keeps serving: ratchet roll-back replaces it. --lift lifts the quarantine.',
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
