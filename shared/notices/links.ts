/** Where what a notice tells of is looked at, and answered. Pure. */
import { signLink } from '../access/approval-link.ts';
import type { Notice } from '../domain/notice.ts';
import type { Link } from './message.ts';

interface Linking {
  /** Null: not known. */
  readonly publicUrl: string | null;
  readonly linkSecrets: readonly string[];
}

/** Pages behind the door of people who are signed in: an address lets nobody in. */
export function linksOf(
  { runId, subject, approval }: Notice,
  { publicUrl, linkSecrets: [secret] }: Linking,
): readonly Link[] {
  if (publicUrl === null || approval === null) return [];
  const root = `${publicUrl}/api/signed-in`;
  const report = { title: 'Gate report', url: `${root}/runs/${encodeURIComponent(runId)}/report` };
  if (secret === undefined) return [report];
  const token = signLink({ releaseId: subject, ...approval }, secret);
  const path = `releases/${encodeURIComponent(subject)}/approval?link=${token}`;
  return [{ title: 'Look at it, approve or reject', url: `${root}/${path}` }, report];
}
