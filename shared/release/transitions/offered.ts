/**
 * What a release has asked approvals of, so that it can say what has changed when one is of something else. Pure.
 *
 * Invariant: bounded; what it remembers changes nothing of which approvals count (binding.ts).
 */
import type { ApprovalSubject } from '../../domain/release-state.ts';
import { bindingOf, subjectOf } from './binding.ts';
import type { Release } from './state.ts';

const offeredAtMost = 10;

/** Remembers what is asked now. */
export function withOffered(release: Release): Release {
  const { offered = [] } = release;
  const binding = bindingOf(release);
  if (offered.some((each) => each.binding === binding)) return release;
  return {
    ...release,
    offered: [...offered, { binding, subject: subjectOf(release) }].slice(-offeredAtMost),
  };
}

const words: Readonly<Record<keyof ApprovalSubject, string>> = {
  model: 'the model',
  version: 'the version',
  digest: "the digest of the version's files",
  dataHash: 'the data',
  gateReportHash: 'the gate report',
  configHash: 'the model file',
  endpoint: 'the endpoint',
  targetHash: 'release.target',
  stage: 'the stage',
  stageHash: 'what the model file says of the stage',
};

/** Hashes are told apart by their beginnings. */
const short = (value: string | null): string =>
  value === null ? 'none' : /^[0-9a-f]{64}$/.test(value) ? value.slice(0, 12) : value;

/** What is another thing now than it was when something was to be approved, in words. */
function describeChange(from: ApprovalSubject, to: ApprovalSubject): string {
  const fields = (Object.keys(words) as (keyof ApprovalSubject)[]).filter(
    (field) => from[field] !== to[field],
  );
  // A stage of another name is another one: what is said of it goes without saying.
  const told = fields.filter((field) => field !== 'stageHash' || !fields.includes('stage'));
  return told
    .map((field) => `${words[field]} changed from ${short(from[field])} to ${short(to[field])}`)
    .join(', and ');
}

/** Why an approval of `binding` is of nothing that is asked now, in half a sentence. */
export function explainOther(release: Release, binding: string): string {
  const known = release.offered?.find((each) => each.binding === binding);
  if (known) return describeChange(known.subject, subjectOf(release));
  return `release ${release.releaseId} has not asked for an approval of that`;
}
