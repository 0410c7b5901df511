/** What goes out to Teams, Slack and webhooks: within their limits, and everything that others have written as text. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Notice } from '../../../shared/domain/notice.ts';
import type { Outgoing } from '../../../shared/notices/message.ts';
import { slackMessage } from '../../../shared/notices/slack-message.ts';
import { teamsMessage } from '../../../shared/notices/teams-message.ts';
import { webhookMessage } from '../../../shared/notices/webhook-message.ts';
import { findSlackProblems, findTeamsProblems } from '../../contract/notices/receivers.ts';

const notice: Notice = {
  ...{ id: 'ntc_0', kind: 'approval.waits', model: 'spam-filter', subject: 'run-2-release', runId: 'run-2' },
  ...{ at: '2026-03-02T08:00:00.000Z', title: 'Approval wanted', text: 'It waits.' },
  ...{ facts: [{ name: 'Data', value: 'b'.repeat(64) }], commands: ['ratchet release run-2-release'] },
  approval: null,
};
const outgoing = (more: Partial<Notice>): Outgoing => ({
  notice: { ...notice, ...more },
  links: [{ title: 'Gate report', url: 'https://app.example.com/api/signed-in/runs/run-2/report' }],
});

/** Texts made to be more than text. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 4_000 }),
  fc.string({
    unit: fc.constantFrom('<', '>', '&', '|', '*', '\u{1f600}', '\u202e', '"', '\n'),
    maxLength: 4_000,
  }),
  fc.constantFrom('<!channel>', '<@U123>', '[x](https://evil.example)', '<at>all</at>', '**b**', '<script>'),
);
const hostileNotice = fc.record({
  title: hostile,
  text: hostile,
  facts: fc.array(fc.record({ name: hostile, value: hostile }), { maxLength: 30 }),
  commands: fc.array(hostile, { maxLength: 8 }),
});

/** Every text that a message shows, as it shows it. */
function textsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'string' ? (key === 'text' ? [inner] : []) : textsOf(inner),
  );
}

describe('a message', () => {
  it('is one that Slack and Teams take, whatever a notice says', () => {
    fc.assert(
      fc.property(hostileNotice, (said) => {
        expect(findSlackProblems(JSON.stringify(slackMessage(outgoing(said))))).toEqual([]);
        expect(findTeamsProblems(JSON.stringify(teamsMessage(outgoing(said))))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('to Slack has no character left that begins a mention, a link or a date, but those of its own links', () => {
    fc.assert(
      fc.property(hostileNotice, (said) => {
        for (const text of textsOf(slackMessage(outgoing(said)))) {
          if (text === '<https://app.example.com/api/signed-in/runs/run-2/report|Gate report>') continue;
          expect(text.replaceAll(/&(?:amp|lt|gt);/g, '')).not.toMatch(/[<>&]/);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('to Slack formats nothing that others have written', () => {
    const { blocks } = slackMessage(outgoing({ text: '*bold* :tada: <!channel>' })) as { blocks: object[] };
    expect(blocks[1]).toEqual({
      type: 'section',
      text: { type: 'plain_text', text: '*bold* :tada: &lt;!channel&gt;', emoji: false },
    });
  });

  it('to Teams has text in runs alone, which know no markdown, and calls nobody', () => {
    const text = JSON.stringify(teamsMessage(outgoing({ text: '[x](https://evil.example) <at>all</at>' })));
    expect(text).toContain('{"type":"TextRun","text":"[x](https://evil.example) <at>all</at>"}');
    expect(text).not.toMatch(/"TextBlock"|FactSet|"entities"/);
  });

  it.each([
    ['line ends and control characters', 'a\r\nb\u0000c\u2028d', 'a b c d'],
    ['what turns the direction of writing', 'safe\u202egnp.exe', 'safe gnp.exe'],
    ['half a character', 'a\ud800b', 'a\ufffdb'],
  ])('has no %s of others', (_what, given, shown) => {
    const texts = textsOf(teamsMessage(outgoing({ text: given })));
    expect(texts).toContain(shown);
  });

  it('says where a text was cut, and cuts no character', () => {
    const texts = textsOf(slackMessage(outgoing({ text: '\u{1f600}&'.repeat(2_000) })));
    const [cut] = texts.filter((text) => text.length > 1_000);
    expect(cut!.length).toBeLessThanOrEqual(2_500);
    expect(cut).toMatch(/^(?:\u{1f600}|&amp;)+…$/u);
  });

  it('to a webhook says everything, and is typed', () => {
    expect(webhookMessage(outgoing({ text: '<b>' }))).toEqual({
      type: 'approval.waits',
      timestamp: notice.at,
      data: {
        ...{ id: 'ntc_0', model: 'spam-filter', subject: 'run-2-release', runId: 'run-2', approval: null },
        ...{ title: 'Approval wanted', text: '<b>', facts: notice.facts, commands: notice.commands },
        links: [{ title: 'Gate report', url: 'https://app.example.com/api/signed-in/runs/run-2/report' }],
      },
    });
  });
});
