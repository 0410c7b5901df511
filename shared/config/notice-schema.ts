/** Who is told of what is asked of people, and of how releases go. */
import { z } from 'zod';
import { noticeTopics } from '../domain/notice.ts';
import { name } from './fields.ts';

export const receiverName = name('a receiver of notices');

const NoticeSchema = z.strictObject({
  to: receiverName.describe(
    'A receiver by its name in the setting `RATCHET_NOTICES`, which has its address: a channel of Teams or Slack, or a webhook.',
  ),
  about: z
    .array(z.enum(noticeTopics))
    .min(1)
    .max(noticeTopics.length)
    .optional()
    .describe(
      'What it is told of. `approval`: an approval waits, is reminded of, escalated, void or expired. `question`: a release asks a person, or a run whose gates are inconclusive, or something no longer comes. `outcome`: a release goes back, was settled or has ended, or something comes again. Omitted: all.',
    ),
});

export const NoticesSchema = z
  .array(NoticeSchema)
  .min(1)
  .max(20)
  .refine(
    (all) => new Set(all.map(({ to }) => to)).size === all.length,
    'each receiver is listed once; list in `about` all that it is told of',
  );
