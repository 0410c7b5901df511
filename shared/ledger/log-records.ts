/** What the decision log says of each kind of row: enough for people to read; the row has the rest, and its hash is here. */
import { type LogRecord, sha256 } from '../audit/log-entry.ts';
import type { Decision } from '../domain/decision.ts';
import type { Operation } from '../domain/operation.ts';
import type { ReleaseRow } from '../domain/release-state.ts';
import type { Run } from '../domain/run.ts';
import { maskSecrets } from '../mask-secrets.ts';
import { documentText } from './document.ts';
import type { SecondRow } from './second-rows.ts';

/** Of a sentence so much stands in the log. */
const longestChars = 500;

type Said = string | number | boolean | null | undefined;

function recordOf(
  row: SecondRow,
  { type, id, at }: Pick<LogRecord, 'type' | 'id' | 'at'>,
  says: Readonly<Record<string, Said>>,
): LogRecord {
  const kept = Object.entries(says).map(([name, value]) => [
    name,
    typeof value === 'string' ? cut(value) : (value ?? null),
  ]);
  return { type, id: plain(id), at, document: sha256(documentText(row)), says: Object.fromEntries(kept) };
}

/** Half a surrogate pair has no canonical form. */
const plain = (text: string): string => maskSecrets(text.toWellFormed());
const cut = (text: string): string => plain(text.slice(0, longestChars));

export function recordOfDecision(row: SecondRow, decision: Decision): LogRecord {
  const { signal, outcome, reason, sentence, runId, decidedAt } = decision;
  const { kind, source, summary } = signal;
  const says = { outcome, reason, sentence, runId, kind, source, summary };
  return recordOf(row, { type: 'decision', id: signal.id, at: decidedAt }, says);
}

/** A run is logged once it has ended, and whenever it is changed after that. */
export function recordOfRun(row: SecondRow, run: Run): LogRecord | null {
  const {
    runId,
    kind,
    endedAt,
    outcome,
    sentence,
    verdict,
    registeredVersion,
    released,
    acceptedBy,
    brokenGlass,
  } = run;
  if (endedAt === null) return null;
  const people = {
    acceptedBy: acceptedBy?.by,
    brokenGlass: brokenGlass && `${brokenGlass.first}, ${brokenGlass.second}`,
  };
  const says = {
    kind,
    outcome,
    sentence,
    verdict,
    registeredVersion,
    released,
    configHash: run.configHash,
    ...people,
  };
  return recordOf(row, { type: 'run', id: runId, at: endedAt }, says);
}

export function recordOfOperation(row: SecondRow, operation: Operation): LogRecord {
  const { id, action, by, actor, reason, at, done, sentence } = operation;
  const of = 'releaseId' in action ? action.releaseId : 'runId' in action ? action.runId : null;
  const says = {
    action: action.action,
    of,
    by,
    actor: actor?.id,
    actorKind: actor?.kind,
    reason,
    done,
    sentence,
  };
  return recordOf(row, { type: 'operation', id, at }, says);
}

export function recordOfRelease(row: SecondRow, release: ReleaseRow): LogRecord {
  const {
    releaseId,
    runId,
    model,
    endpoint,
    state,
    stage,
    step,
    asks,
    sentence,
    approvals,
    digest,
    writtenAt,
  } = release;
  const says = { runId, version: model.version, endpoint, state, stage, step, asks, sentence, digest };
  const given = { approvals: approvals.map(({ by }) => by).join(', ') };
  return recordOf(row, { type: 'release', id: releaseId, at: writtenAt }, { ...says, ...given });
}
