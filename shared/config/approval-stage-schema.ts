/** A stage of a release that waits for people: who may, how many, until when, and what happens meanwhile. */
import { z } from 'zod';
import { countOpenMs, readHours } from './business-hours.ts';
import { BusinessHoursSchema } from './business-hours-schema.ts';
import { parseDurationMs } from './duration.ts';
import { duration, name } from './fields.ts';
import { receiverName } from './notice-schema.ts';

const approvers = z.array(z.string().min(1).max(200)).min(1).max(50);

const EscalationSchema = z
  .strictObject({
    after: duration('after', { least: 'PT1M', most: 'P60D' }).describe(
      'How long after the release came to the stage, as an ISO 8601 duration.',
    ),
    to: z
      .array(receiverName)
      .min(1)
      .max(10)
      .optional()
      .describe('Receivers that are told from then on, beside those of `notices`.'),
    by: approvers
      .optional()
      .describe('Who may approve from then on, too, beside those of the stage: teams, object ids or names.'),
  })
  .refine(({ to, by }) => to !== undefined || by !== undefined, {
    message: 'it has to tell somebody (to), or let somebody approve (by)',
  });

export const ApprovalSchema = z
  .strictObject({
    stage: name('a stage name').describe('Name of the stage.'),
    kind: z.literal('approval').describe('Waits for people.'),
    by: approvers
      .optional()
      .describe(
        'Who may approve: teams, object ids or names of people who have the role `approver`. A name is what the directory shows, which it may let people change; teams and ids are surer. Omitted: everybody who has the role.',
      ),
    need: z.int().min(1).max(10).default(1).describe('How many different people must approve.'),
    notRequester: z
      .boolean()
      .default(true)
      .describe('Whether the person who requested the run cannot approve its release.'),
    within: duration('within', { least: 'PT1M', most: 'P60D' })
      .default('P3D')
      .describe('How long the approval is waited for, as an ISO 8601 duration. Then `end` happens.'),
    // Without a default: releases that began before there was one have none.
    end: z
      .enum(['reject', 'ask'])
      .optional()
      .describe(
        'What becomes of the release where too few have approved in time: it is rejected and goes back, or a person is asked, who resumes it for as long again or aborts it. Never approved. Omitted: `reject`.',
      ),
    remind: duration('remind', { least: 'PT5M', most: 'P60D' })
      .optional()
      .describe(
        'How often those of `notices` are reminded while it waits, as an ISO 8601 duration. Of several missed reminders one is sent. Omitted: never.',
      ),
    escalate: EscalationSchema.optional().describe(
      'Who else is told, and who else may approve, once it has waited for long. Omitted: nobody.',
    ),
    hours: BusinessHoursSchema.optional().describe(
      'Hours in which `within`, `remind` and `escalate.after` count: outside of them no time passes, nobody is reminded and nothing expires. A day (`P1D`) is then one day’s hours. Approvals are taken at any time. Omitted: every hour counts.',
    ),
  })
  .superRefine((stage, context) => {
    for (const problem of findProblems(stage)) context.addIssue({ code: 'custom', ...problem });
  });

export type ApprovalStage = z.infer<typeof ApprovalSchema>;

/** A deadline that comes later than this is none. */
const calendarDaysAtMost = 366;

function findProblems({ by, within, remind, escalate, hours }: ApprovalStage) {
  const problems: { path: string[]; message: string }[] = [];
  const open = hours && readHours(hours);
  const count = (text: string): number => (open ? countOpenMs(text, open) : (parseDurationMs(text) ?? 0));
  const withinMs = count(within);
  if (open) {
    const daysNeeded = (withinMs / (open.toMs - open.fromMs) / open.days.length) * 7;
    if (daysNeeded > calendarDaysAtMost) {
      const message = `within: with these hours ${within} is over after about ${Math.round(daysNeeded)} days, and at most ${calendarDaysAtMost} are allowed; shorten it`;
      problems.push({ path: ['within'], message });
    }
  }
  if (remind !== undefined && count(remind) >= withinMs) {
    const message = `remind: nobody would be reminded, for ${within} is over by then; shorten it; found ${remind}`;
    problems.push({ path: ['remind'], message });
  }
  if (escalate && count(escalate.after) >= withinMs) {
    const message = `after: it would never come to that, for ${within} is over by then; shorten it; found ${escalate.after}`;
    problems.push({ path: ['escalate', 'after'], message });
  }
  if (escalate?.by && !by) {
    const message =
      'by: everybody who has the role may approve from the beginning; give the stage a by, or leave this one out';
    problems.push({ path: ['escalate', 'by'], message });
  }
  return problems;
}
