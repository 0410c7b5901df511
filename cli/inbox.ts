import pc from 'picocolors';
import type { Inbox, InboxItem } from '../shared/domain/inbox.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { askInbox } from './every-page.ts';
import { printableTexts } from './printable-texts.ts';
import { askService, printJson, serviceOptions, serviceUsage } from './service.ts';

export const inbox: Command = {
  summary: 'Show what waits for a person, the most pressing first, with the commands that answer it.',
  usage: [
    `ratchet inbox ${serviceUsage}`,
    'Exit code: 0 nothing waits that you may answer, 1 something does, 2 wrong usage, 3 any other error.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, serviceOptions);
    if (positionals.length > 0) throw new UsageError(`takes no ${JSON.stringify(positionals[0])}`);
    const answer = await askInbox((path) => askService(values, path));
    if (values.json) printJson(answer);
    else console.log(describe(printableTexts(answer)));
    return answer.items.some(({ acts }) => acts.some(({ whyNot }) => whyNot === null)) ? 1 : 0;
  },
};

function describe({ items, unread }: Inbox): string {
  const gaps =
    unread.length === 0
      ? []
      : [pc.yellow(`not read, so that what waits there is missing: ${unread.join(', ')}`)];
  if (items.length === 0) return ['Nothing waits for a person.', ...gaps].join('\n');
  return [...items.map(describeItem), ...gaps].join('\n');
}

function describeItem({ what, model, sentence, until, otherwise, acts }: InboxItem): string {
  const end = until === null ? '' : `  until ${until}${otherwise === null ? '' : `, then: ${otherwise}`}`;
  const mine = acts.filter(({ whyNot }) => whyNot === null);
  const reasons = [...new Set(acts.flatMap(({ whyNot }) => whyNot ?? []))];
  return [
    `${pc.bold(what)}  ${model}${end}`,
    `  ${sentence}`,
    ...mine.map(({ command }) => `  ${command}`),
    ...(mine.length > 0 ? [] : reasons.map((reason) => pc.dim(`  you cannot answer: ${reason}`))),
  ].join('\n');
}
