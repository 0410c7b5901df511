/**
 * What is looked up about a signal before it is offered: an event is a word, and the services it speaks of have the last one.
 *
 * Owns: which step confirms which kind of signal, and the rejection where the world does not agree.
 * Does not own: whether to act (shared/admission).
 */
import type * as df from 'durable-functions';
import { refusedUpload, unconfirmed } from '../shared/admission/unconfirmed.ts';
import type { PinnedModel } from '../shared/config/schema.ts';
import type { SignalOffer } from '../shared/dispatch/offer-signal.ts';
import type { Admission, ReasonCode } from '../shared/domain/decision.ts';
import type { ModelVersion } from '../shared/domain/run.ts';
import type { Signal } from '../shared/domain/signal.ts';
import type { MonitorBreach } from '../shared/signals/read-breach.ts';
import type { MonitorStepRun } from './steps.ts';
import { takeStep } from './take-step.ts';

type Confirmation =
  /** The signal, with what was found out about it; `promoted` is the version a registry signal is about. */
  { readonly signal: Signal; readonly promoted: ModelVersion | null } | { readonly rejected: Admission };

export function* confirmSignal(
  context: df.OrchestrationContext,
  { signal, pinned }: SignalOffer,
): Generator<df.Task, Confirmation, unknown> {
  switch (signal.kind) {
    case 'data':
      return yield* inspectUpload(context, signal, pinned);
    case 'registry':
      return yield* findPromoted(context, signal);
    case 'drift':
      return yield* confirmDrift(context, signal);
    default:
      return { signal, promoted: null };
  }
}

/** A version registered by hand is looked up where it counts: an event may be late, or lack the version's tags. */
function* findPromoted(
  context: df.OrchestrationContext,
  signal: Signal,
): Generator<df.Task, Confirmation, unknown> {
  const version = String(signal.evidence['version']);
  const found = yield* takeStep(context, 'find-model', { name: signal.model, version });
  const changedBy = 'Register a version by hand to have it judged.';
  if (!found.model) {
    return rejection('version-missing', `Version ${version} is not in the registry.`, changedBy);
  }
  if (found.own) {
    const sentence = `Version ${version} was registered by one of Ratchet's own runs.`;
    return rejection('own-registration', sentence, changedBy);
  }
  return { signal, promoted: found.model };
}

/** A file that is not what the model file expects asks for nothing. Where nothing is expected, every file does. */
function* inspectUpload(
  context: df.OrchestrationContext,
  signal: Signal,
  { config }: PinnedModel,
): Generator<df.Task, Confirmation, unknown> {
  const { expect: expected, path: folder } = config.data;
  if (!expected) return { signal, promoted: null };
  const path = String(signal.evidence['path']);
  const { refused, rows, bytes } = yield* takeStep(context, 'inspect-data', {
    model: config.model,
    folder,
    path,
    etag: String(signal.evidence['etag']),
    bytes: signal.newData?.bytes ?? 0,
    expected,
  });
  if (refused === null) return { signal: { ...signal, newData: { rows, bytes } }, promoted: null };
  return { rejected: refusedUpload(path, refused) };
}

/** Anyone may have written an event, and it may be old: the workspace says whether the breach is there. */
function* confirmDrift(
  context: df.OrchestrationContext,
  signal: Signal,
): Generator<df.Task, Confirmation, unknown> {
  const { monitorRun: runId, monitorSignal, datasetMonitor, confirmed } = signal.evidence;
  if (confirmed === false) {
    const sentence = `Nothing can be asked whether dataset monitor ${String(datasetMonitor)} found drift.`;
    const changedBy = 'Dataset monitors are retired: watch the model with a model monitor.';
    return rejection('drift-unconfirmed', sentence, changedBy);
  }
  if (typeof runId !== 'string') return { signal, promoted: null };
  const run = yield* takeStep(context, 'read-monitor-run', { runId });
  if (run?.breach && run.breach.monitorSignal === monitorSignal) {
    return { signal: withWhatWasRead(signal, run, run.breach), promoted: null };
  }
  const changedBy = 'A breach counts when the workspace has it on the run of the monitor.';
  return rejection('drift-unconfirmed', sayWhatIsMissing(runId, String(monitorSignal), run), changedBy);
}

function sayWhatIsMissing(runId: string, monitorSignal: string, run: MonitorStepRun | null): string {
  if (run === null) return `The workspace has no run ${runId}.`;
  const found =
    run.breach === null ? 'carries no breach' : `carries a breach of signal ${run.breach.monitorSignal}`;
  return `Run ${runId} of the workspace ${found}, where the event tells of one of signal ${monitorSignal}.`;
}

/** The signal with everything that the workspace knows better than the event. */
function withWhatWasRead(signal: Signal, run: MonitorStepRun, breach: MonitorBreach): Signal {
  const { monitorSignal, features, featureCount, summary } = breach;
  const { experimentId, rootRun, status, startedAt, endedAt } = run;
  const monitorRun = signal.evidence['monitorRun']!;
  return {
    ...signal,
    summary,
    observedAt: endedAt ?? signal.observedAt,
    evidence: {
      ...{ monitorRun, rootRun, experimentId, status, startedAt, endedAt },
      ...{ monitorSignal, features, featureCount },
    },
  };
}

function rejection(reason: ReasonCode, sentence: string, changedBy: string): { rejected: Admission } {
  return { rejected: unconfirmed(reason, sentence, changedBy) };
}
