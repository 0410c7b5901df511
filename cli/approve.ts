import { type Command, readArgs } from './command.ts';
import { operate, operationOptions, operationsPath, operationUsage, theOneModel } from './operation.ts';

export const approve: Command = {
  summary: 'Approve a suggested run, so that it starts (mode suggest).',
  usage: `ratchet approve MODEL ${operationUsage}`,
  async run(args) {
    const { values, positionals } = readArgs(args, operationOptions);
    return operate(values, operationsPath(theOneModel(positionals)), { action: 'approve' });
  },
};
