import pc from 'picocolors';
import type { Decision } from '../shared/domain/decision.ts';
import { type Command, readArgs } from './command.ts';
import { printableTexts } from './printable-texts.ts';
import { askService, printJson, serviceOptions } from './service.ts';

export const decisions: Command = {
  summary: 'Show what became of each signal and why, newest first.',
  usage:
    'ratchet decisions [--model MODEL] [--outcome OUTCOME] [--since TIME] [--limit N] [--url URL] [--key KEY] [--json]',
  async run(args) {
    const { values } = readArgs(args, {
      ...serviceOptions,
      model: { type: 'string' },
      outcome: { type: 'string' },
      since: { type: 'string' },
      limit: { type: 'string' },
    });
    const query = new URLSearchParams();
    for (const name of ['model', 'outcome', 'since', 'limit'] as const) {
      const value = values[name];
      if (value !== undefined) query.set(name, value);
    }
    const answer = (await askService(values, `decisions?${query}`)) as { decisions: Decision[] };
    if (values.json) printJson(answer);
    else if (answer.decisions.length === 0) console.log('No decisions.');
    else for (const decision of answer.decisions) console.log(describe(printableTexts(decision)));
    return 0;
  },
};

function describe({ decidedAt, outcome, reason, signal, sentence, changedBy }: Decision): string {
  const head = `${decidedAt}  ${pc.bold(outcome)} (${reason})  ${signal.model}  ${signal.id}`;
  return [
    head,
    `  asked:  ${signal.summary}`,
    `  answer: ${sentence}`,
    ...(changedBy ? [`  else:   ${changedBy}`] : []),
  ].join('\n');
}
