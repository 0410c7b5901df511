import { type Command, readArgs } from './command.ts';
import { operate, operationOptions, operationsPath, operationUsage, theOneModel } from './operation.ts';

export const rollBack: Command = {
  summary: 'Roll back: have an earlier settled version of a model serve again.',
  usage: [
    `ratchet roll-back MODEL [--to VERSION] ${operationUsage}`,
    'A release that is under way is aborted. Where none is, the settled version before the one that serves is given every',
    'request, as a release of its own: deployed where it is gone, its files compared, asked, and watched.',
    'ratchet serving MODEL lists the settled versions.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, { ...operationOptions, to: { type: 'string' } });
    const version = values.to === undefined ? {} : { version: values.to };
    return operate(values, operationsPath(theOneModel(positionals)), { action: 'roll-back', ...version });
  },
};
