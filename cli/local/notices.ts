import pc from 'picocolors';
import type { InboxNotice } from '../../local/notices/inbox.ts';
import { readArgs, UsageError } from '../command.ts';
import { printableTexts } from '../printable-texts.ts';
import { printJson } from '../service.ts';
import { findRunningCloud } from './running-cloud.ts';

/** What the local service has told its people, the oldest first. */
export async function notices(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArgs(args, { json: { type: 'boolean', default: false } });
  if (positionals.length > 0) throw new UsageError(`takes no ${JSON.stringify(positionals[0])}`);
  const { cloud } = findRunningCloud();
  const response = await fetch(`${cloud.control}/notices`);
  const all = (await response.json()) as readonly InboxNotice[];
  if (values.json) printJson({ notices: all });
  else if (all.length === 0)
    console.log('No notices: a model file with notices: [{ to: local }] sends them here (docs/notices.md).');
  else console.log(printableTexts(all).map(describe).join('\n\n'));
  return 0;
}

function describe({ type, timestamp, data }: InboxNotice): string {
  return [
    `${timestamp}  ${pc.bold(data.title)}  ${pc.dim(type)}`,
    `  ${data.text}`,
    ...data.links.map(({ title, url }) => `  ${title}: ${url}`),
    ...data.commands.map((command) => `  ${pc.dim(command)}`),
  ].join('\n');
}
