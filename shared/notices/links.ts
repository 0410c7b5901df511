/** Where what a notice tells of is looked at. Pure. */
import type { Notice } from '../domain/notice.ts';
import type { Link } from './message.ts';

/** Pages behind the door of people who are signed in: an address lets nobody in. */
export function linksOf({ runId, approval }: Notice, publicUrl: string | null): readonly Link[] {
  if (publicUrl === null || approval === null) return [];
  const root = `${publicUrl}/api/signed-in`;
  return [{ title: 'Gate report', url: `${root}/runs/${encodeURIComponent(runId)}/report` }];
}
