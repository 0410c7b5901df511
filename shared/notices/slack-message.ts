/**
 * A notice as a message of a Slack incoming webhook. Pure.
 *
 * Sources: docs.slack.dev/messaging/sending-messages-using-incoming-webhooks (`{text, blocks}`); formatting-message-text:
 * `&`, `<` and `>` begin what Slack reads (`<!channel>` calls everybody) and are written as entities, no other character
 * is; reference/block-kit/blocks: 150 characters in a header, 3,000 in the text of a section, 2,000 in each of its 10
 * fields, 50 blocks a message. Everything that others have written is `plain_text`, which knows no formatting, without emoji.
 */
import { commandsAtMost, factsAtMost, type Outgoing } from './message.ts';
import { plainText } from './plain-text.ts';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escaped = (text: string, limit: number): string =>
  plainText(text, limit, (character) => entities[character] ?? character);

const plain = (text: string, limit: number) => ({
  type: 'plain_text',
  text: escaped(text, limit) || '-',
  emoji: false,
});

export function slackMessage({ notice, links }: Outgoing): object {
  const { title, text, facts, commands } = notice;
  const fields = facts.slice(0, factsAtMost).map(({ name, value }) => plain(`${name}: ${value}`, 500));
  const groups = [fields.slice(0, 10), fields.slice(10)].filter(({ length }) => length > 0);
  return {
    // What a notification shows, and clients that show no blocks.
    text: escaped(title, 300) || '-',
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: plain(title, 150) },
      { type: 'section', text: plain(text, 2_500) },
      ...groups.map((group) => ({ type: 'section', fields: group })),
      ...links.map(({ title: what, url }) => ({
        type: 'section',
        text: { type: 'mrkdwn', text: `<${escaped(url, 2_500)}|${escaped(what, 100)}>`, verbatim: true },
      })),
      ...commands.slice(0, commandsAtMost).map((command) => ({
        type: 'context',
        elements: [plain(command, 500)],
      })),
      { type: 'context', elements: [plain(`Notice ${notice.id} of ${notice.at}`, 200)] },
    ],
  };
}
