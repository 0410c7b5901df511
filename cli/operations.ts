import pc from 'picocolors';
import type { Operation } from '../shared/domain/operation.ts';
import { type Command, readArgs } from './command.ts';
import { listingPath, pageOptions, pageUsage, printPage } from './listing.ts';
import { printableTexts } from './printable-texts.ts';
import { askService, printJson, serviceOptions, serviceUsage } from './service.ts';

export const operations: Command = {
  summary: 'Show what operators did, who did it and why, newest first.',
  usage: `ratchet operations [--model MODEL] ${pageUsage} ${serviceUsage}`,
  async run(args) {
    const { values } = readArgs(args, {
      ...serviceOptions,
      model: { type: 'string' },
      ...pageOptions,
    });
    const { model, limit, continuation } = values;
    const path = listingPath('operations', { model, limit, continuation });
    const answer = (await askService(values, path)) as { operations: Operation[]; continuation?: string };
    if (values.json) printJson(answer);
    else {
      const operations = printableTexts(answer.operations);
      printPage(operations, describe, { continuation: answer.continuation, none: 'No operations.' });
    }
    return 0;
  },
};

function describe({ at, model, action, by, actor, reason, done, sentence }: Operation): string {
  const head = `${at}  ${pc.bold(action.action)}  ${model ?? 'the fleet'}  by ${by}${actor ? '' : ' (not proven)'}`;
  return [head, `  why:    ${reason}`, `  result: ${done ? '' : 'nothing done. '}${sentence}`].join('\n');
}
