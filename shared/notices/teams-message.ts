/**
 * A notice as an Adaptive Card for a webhook of Teams Workflows ("When a Teams webhook request is received"). Pure.
 *
 * Sources: learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using: the envelope, an
 * array of attachments of type `application/vnd.microsoft.card.adaptive`; learn.microsoft.com/connectors/teams: about 28 KB
 * a message; adaptivecards.io, TextRun: its text knows no markdown, which TextBlock and FactSet do. A mention takes an entity
 * under `msteams`, and there is none.
 */
import { commandsAtMost, factsAtMost, type Outgoing } from './message.ts';
import { plainText } from './plain-text.ts';

export function teamsMessage({ notice, links }: Outgoing): object {
  const { title, text, facts, commands, id, at } = notice;
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    fallbackText: plainText(title, 200),
    body: [
      paragraph([run(title, 200, { weight: 'Bolder', size: 'Large' })]),
      paragraph([run(text, 1_500)]),
      ...facts
        .slice(0, factsAtMost)
        .map(({ name, value }) =>
          paragraph(
            [run(name, 40, { weight: 'Bolder' }), { type: 'TextRun', text: ': ' }, run(value, 240)],
            'Small',
          ),
        ),
      ...commands
        .slice(0, commandsAtMost)
        .map((command) => paragraph([run(command, 300, { fontType: 'Monospace', size: 'Small' })])),
      paragraph([run(`Notice ${id} of ${at}`, 120, { isSubtle: true, size: 'Small' })]),
    ],
    actions: links.map(({ title: what, url }) => ({
      type: 'Action.OpenUrl',
      title: plainText(what, 100),
      url,
    })),
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}

const run = (text: string, limit: number, style: object = {}) => ({
  type: 'TextRun',
  // An empty one is refused by some clients.
  text: plainText(text, limit) || '-',
  ...style,
});

const paragraph = (inlines: readonly object[], spacing = 'Default') => ({
  type: 'RichTextBlock',
  spacing,
  inlines,
});
