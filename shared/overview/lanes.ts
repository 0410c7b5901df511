/** Rows of the ledger as lanes of a time line, each as much as it needs. Pure. */
import type { Decision } from '../domain/decision.ts';
import type { Operation } from '../domain/operation.ts';
import type { ReleaseRow } from '../domain/release-state.ts';
import type { Run } from '../domain/run.ts';
import type {
  TimelineDecision,
  TimelineOperation,
  TimelineRelease,
  TimelineRun,
} from '../domain/timeline.ts';

export function decisionLane({ signal, ...decision }: Decision): TimelineDecision {
  const { offeredAt, decidedAt, outcome, reason, sentence, changedBy, runId, joinedSignalId } = decision;
  const { id: signalId, kind, source, summary, observedAt } = signal;
  return {
    ...{ signalId, kind, source, summary, observedAt },
    ...{
      offeredAt,
      decidedAt,
      outcome,
      reason,
      sentence,
      changedBy,
      runId,
      joinedSignalId: joinedSignalId ?? null,
    },
  };
}

export function runLane(run: Run): TimelineRun {
  const { runId, kind, phase, phases = [], outcome, verdict, sentence, released, startedAt, endedAt } = run;
  const version = run.registeredVersion;
  return {
    runId,
    kind,
    phase,
    phases,
    outcome,
    verdict,
    sentence,
    version,
    released,
    from: startedAt,
    until: endedAt,
  };
}

export function releaseLane(release: ReleaseRow): TimelineRelease {
  const {
    releaseId,
    runId,
    model,
    state,
    sentence,
    isDrill = false,
    trail = [],
    startedAt,
    endedAt,
  } = release;
  const steps = trail.map(({ at: from, state: was, stage, step, sentence: said }) => {
    return { from, state: was, stage, step, sentence: said };
  });
  const version = model.version;
  return { releaseId, runId, version, state, sentence, isDrill, steps, from: startedAt, until: endedAt };
}

export function operationLane({ id, at, action, by, reason, done, sentence }: Operation): TimelineOperation {
  return { id, at, action: action.action, by, reason, done, sentence };
}
