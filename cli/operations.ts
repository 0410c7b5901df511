import pc from 'picocolors';
import type { Operation } from '../shared/domain/operation.ts';
import { type Command, readArgs } from './command.ts';
import { printableTexts } from './printable-texts.ts';
import { askService, printJson, serviceOptions } from './service.ts';

export const operations: Command = {
  summary: 'Show what operators did, who and why, newest first.',
  usage: 'ratchet operations [--model MODEL] [--limit N] [--url URL] [--key KEY] [--json]',
  async run(args) {
    const { values } = readArgs(args, {
      ...serviceOptions,
      model: { type: 'string' },
      limit: { type: 'string' },
    });
    const query = new URLSearchParams();
    if (values.model !== undefined) query.set('model', values.model);
    if (values.limit !== undefined) query.set('limit', values.limit);
    const answer = (await askService(values, `operations?${query}`)) as { operations: Operation[] };
    if (values.json) printJson(answer);
    else if (answer.operations.length === 0) console.log('No operations.');
    else for (const operation of answer.operations) console.log(describe(printableTexts(operation)));
    return 0;
  },
};

function describe({ at, model, action, by, reason, done, sentence }: Operation): string {
  const head = `${at}  ${pc.bold(action.action)}  ${model ?? 'the fleet'}  by ${by}`;
  return [head, `  why:    ${reason}`, `  result: ${done ? '' : 'nothing done. '}${sentence}`].join('\n');
}
