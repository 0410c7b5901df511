import { type Command, readArgs } from './command.ts';
import { operate, operationOptions, operationsPath, operationUsage, theOneModel } from './operation.ts';

export const thaw: Command = {
  summary: 'End the freezes that operators have set; waiting signals are decided again at once.',
  usage: `ratchet thaw MODEL ${operationUsage}`,
  async run(args) {
    const { values, positionals } = readArgs(args, operationOptions);
    return operate(values, operationsPath(theOneModel(positionals)), { action: 'thaw' });
  },
};
