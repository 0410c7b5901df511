import { type Command, readArgs } from './command.ts';
import { operate, operationOptions, operationsPath, operationUsage, theOneModel } from './operation.ts';

export const freeze: Command = {
  summary: 'Freeze a model: no run of it starts until a given time, or until it is thawed.',
  usage: `ratchet freeze MODEL [--until TIME] ${operationUsage}    TIME: ISO 8601 with a zone`,
  async run(args) {
    const { values, positionals } = readArgs(args, { ...operationOptions, until: { type: 'string' } });
    const until = values.until === undefined ? {} : { until: values.until };
    return operate(values, operationsPath(theOneModel(positionals)), { action: 'freeze', ...until });
  },
};
