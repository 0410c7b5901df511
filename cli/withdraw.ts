import { type Command, readArgs } from './command.ts';
import { operate, operationOptions, operationsPath, operationUsage, theOneModel } from './operation.ts';

export const withdraw: Command = {
  summary: 'Withdraw the waiting signals of a model, or one signal that waits on its own.',
  usage: `ratchet withdraw MODEL [--signal SIGNAL] ${operationUsage}`,
  async run(args) {
    const { values, positionals } = readArgs(args, { ...operationOptions, signal: { type: 'string' } });
    const signal = values.signal === undefined ? {} : { signal: values.signal };
    return operate(values, operationsPath(theOneModel(positionals)), { action: 'withdraw', ...signal });
  },
};
