import { type Command, readArgs, UsageError } from './command.ts';
import { operate, operationOptions, operationsPath, operationUsage, theOneModel } from './operation.ts';

export const mode: Command = {
  summary: "Override the mode in a model's file, or return to the file's mode.",
  usage: `ratchet mode MODEL auto|suggest|observe|off|file ${operationUsage}`,
  async run(args) {
    const { values, positionals } = readArgs(args, operationOptions);
    const [model, wanted, ...more] = positionals;
    if (wanted === undefined || more.length > 0) throw new UsageError('name one model and one mode');
    return operate(values, operationsPath(theOneModel([model!])), { action: 'set-mode', mode: wanted });
  },
};
