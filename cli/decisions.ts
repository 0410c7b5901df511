import pc from 'picocolors';
import type { Decision } from '../shared/domain/decision.ts';
import { type Command, readArgs } from './command.ts';
import { listingPath, pageOptions, pageUsage, printPage } from './listing.ts';
import { printableTexts } from './printable-texts.ts';
import { askService, printJson, serviceOptions } from './service.ts';

export const decisions: Command = {
  summary: 'Show the decision on each signal and its reason, newest first.',
  usage: `ratchet decisions [--model MODEL] [--outcome OUTCOME] [--since TIME] ${pageUsage} [--url URL] [--key KEY] [--json]`,
  async run(args) {
    const { values } = readArgs(args, {
      ...serviceOptions,
      model: { type: 'string' },
      outcome: { type: 'string' },
      since: { type: 'string' },
      ...pageOptions,
    });
    const { model, outcome, since, limit, continuation } = values;
    const path = listingPath('decisions', { model, outcome, since, limit, continuation });
    const answer = (await askService(values, path)) as { decisions: Decision[]; continuation?: string };
    if (values.json) printJson(answer);
    else {
      const decisions = printableTexts(answer.decisions);
      printPage(decisions, describe, { continuation: answer.continuation, none: 'No decisions.' });
    }
    return 0;
  },
};

function describe({ decidedAt, outcome, reason, signal, sentence, changedBy }: Decision): string {
  const head = `${decidedAt}  ${pc.bold(outcome)} (${reason})  ${signal.model}  ${signal.id}`;
  return [
    head,
    `  request:  ${signal.summary}`,
    `  decision: ${sentence}`,
    ...(changedBy ? [`  to change this: ${changedBy}`] : []),
  ].join('\n');
}
