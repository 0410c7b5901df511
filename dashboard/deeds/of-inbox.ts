/** What answers what waits, as the service offers it. */
import type { InboxAct } from '../../shared/domain/inbox.ts';
import { command } from '../format/command.ts';
import type { Deed } from '../parts/act.tsx';
import { operations } from './operation.ts';

/** What answers what waits, as the inbox offers it. */
export function deedOfInbox(model: string, { action, fields, does, whyNot, command: line }: InboxAct): Deed {
  const { label, tone } = inboxWords[action] ?? { label: action.replaceAll('-', ' ') };
  return {
    label,
    ...(tone && { tone }),
    access: null,
    whyNot,
    title: `${label}: ${fields['releaseId'] ?? fields['runId'] ?? model}`,
    does,
    path: operations(model),
    body: { action, ...fields },
    command: (_fields, reason) => (reason === '' ? line : withReasonIn(line, reason)),
  };
}

/** The command as it comes has a place for the reason, or none. */
function withReasonIn(line: string, reason: string): string {
  const word = command(reason).replace('npx ratchet ', '');
  const said = line.replace(/ --reason (?:TEXT|"[^"]*"|'[^']*'|\S+)/, '');
  return `${said} --reason ${word}`;
}

const inboxWords: Readonly<Record<string, { readonly label: string; readonly tone?: 'main' | 'danger' }>> = {
  'approve-release': { label: 'Approve', tone: 'main' },
  'reject-release': { label: 'Reject', tone: 'danger' },
  'abort-release': { label: 'Abort', tone: 'danger' },
  'resume-release': { label: 'Resume', tone: 'main' },
  'accept-release': { label: 'Accept without evidence' },
  'accept-run': { label: 'Accept', tone: 'main' },
  'refuse-run': { label: 'Refuse', tone: 'danger' },
  approve: { label: 'Let it run', tone: 'main' },
  withdraw: { label: 'Withdraw' },
  'break-glass': { label: 'Override the gates', tone: 'danger' },
  'cancel-run': { label: 'Cancel', tone: 'danger' },
};
