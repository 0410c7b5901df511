/**
 * Receivers of notices that take what Teams, Slack and a library of Standard Webhooks take, and nothing else.
 *
 * Sources: docs.slack.dev/reference/block-kit/blocks and /composition-objects/text-object (limits);
 * learn.microsoft.com/connectors/teams (28 KB) and adaptivecards.io/explorer (elements, what is required of them).
 */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

const text = (most: number) => z.string().min(1).max(most);
const plain = (most: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: text(most), emoji: z.boolean() });
const marked = (most: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: text(most), verbatim: z.boolean() });

const SlackSchema = z.strictObject({
  text: text(40_000),
  mrkdwn: z.boolean(),
  unfurl_links: z.boolean(),
  unfurl_media: z.boolean(),
  blocks: z
    .array(
      z.union([
        z.strictObject({ type: z.literal('header'), text: plain(150) }),
        z.strictObject({ type: z.literal('section'), text: z.union([plain(3_000), marked(3_000)]) }),
        z.strictObject({ type: z.literal('section'), fields: z.array(plain(2_000)).min(1).max(10) }),
        z.strictObject({ type: z.literal('context'), elements: z.array(plain(2_000)).min(1).max(10) }),
      ]),
    )
    .min(1)
    .max(50),
});

const TeamsSchema = z.strictObject({
  type: z.literal('message'),
  attachments: z
    .array(
      z.strictObject({
        contentType: z.literal('application/vnd.microsoft.card.adaptive'),
        contentUrl: z.null(),
        content: z.strictObject({
          $schema: z.literal('http://adaptivecards.io/schemas/adaptive-card.json'),
          type: z.literal('AdaptiveCard'),
          version: z.literal('1.4'),
          msteams: z.strictObject({ width: z.literal('Full') }),
          fallbackText: z.string(),
          body: z.array(
            z.strictObject({
              type: z.literal('RichTextBlock'),
              spacing: z.enum(['Default', 'Small']),
              inlines: z
                .array(
                  z.strictObject({
                    type: z.literal('TextRun'),
                    text: text(2_000),
                    weight: z.enum(['Bolder', 'Default']).optional(),
                    size: z.enum(['Small', 'Default', 'Large']).optional(),
                    fontType: z.enum(['Default', 'Monospace']).optional(),
                    isSubtle: z.boolean().optional(),
                  }),
                )
                .min(1),
            }),
          ),
          actions: z.array(
            z.strictObject({ type: z.literal('Action.OpenUrl'), title: text(200), url: z.url() }),
          ),
        }),
      }),
    )
    .length(1),
});

function problemsOf(schema: z.ZodType, body: string): string[] {
  const parsed = schema.safeParse(JSON.parse(body));
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

export const findSlackProblems = (body: string): string[] => problemsOf(SlackSchema, body);

export function findTeamsProblems(body: string): string[] {
  const bytes = Buffer.byteLength(body);
  return [...(bytes > 28_000 ? [`${bytes} bytes`] : []), ...problemsOf(TeamsSchema, body)];
}

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a receiver answers; null: nothing at all, and it hangs up. */
type Answer = { status: number; headers?: Record<string, string>; body?: string } | null;

/** A receiver on loopback that answers as it is told, one answer after the other, the last one for ever. */
export async function openReceiver(
  ...answers: Answer[]
): Promise<{ url: string; received: Received[]; close(): void }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      received.push({ method, path, headers, body: Buffer.concat(chunks).toString('utf8') });
      const answer = answers[Math.min(received.length, answers.length) - 1];
      if (!answer) return void request.socket.destroy();
      response.writeHead(answer.status, answer.headers).end(answer.body ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The same for one test. */
export async function startReceiver(...answers: Answer[]): Promise<{ url: string; received: Received[] }> {
  const receiver = await openReceiver(...answers);
  onTestFinished(() => receiver.close());
  return receiver;
}
