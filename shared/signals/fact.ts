/**
 * What an event, an alert or a look at a service means for Ratchet: shared/dispatch does something about each fact.
 *
 * A fact carries everything that acting on it needs: a signal and a recovery come with the model file that they were
 * read under, so that one that changes meanwhile changes nothing.
 */
import type { PinnedModel } from '../config/schema.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Recovery, Signal } from '../domain/signal.ts';
import type { RunMeasurement } from './measurement.ts';

/** The model files there are, by the name of the model. */
export type Models = ReadonlyMap<string, PinnedModel>;

export interface SignalFact {
  readonly type: 'signal';
  readonly signal: Signal;
  readonly pinned: PinnedModel;
}

/** What waits because of its cause is withdrawn. */
export interface RecoveryFact {
  readonly type: 'recovery';
  readonly recovery: Recovery;
  readonly pinned: PinnedModel;
}

/** A run that may be the whole of a monitor's run: the workspace is asked. */
export interface MonitorRunRef {
  readonly model: string;
  readonly runId: string;
}

/** A file that may have come, of which the event says too little: the storage is asked. */
export interface FileFact {
  readonly type: 'file-arrived';
  readonly pinned: PinnedModel;
  readonly path: string;
  /** ISO 8601, UTC; null where the event does not say. */
  readonly observedAt: string | null;
}

/** A folder that came with all that lies in it: the storage is asked what. */
export interface FolderFact {
  readonly type: 'folder-arrived';
  readonly pinned: PinnedModel;
  /** Ends with a slash. */
  readonly folder: string;
  readonly observedAt: string | null;
}

export interface IgnoredFact {
  readonly type: 'ignored';
  /** Facts of one kind are ignored for one reason: only the first of them is worth a line in the log. */
  readonly kind: string;
  /** For a person, with what was seen. */
  readonly why: string;
}

export type Fact =
  | SignalFact
  | RecoveryFact
  /** A job came to its end. The workspace is asked how: an event only wakes the run that waits. */
  | { readonly type: 'job-ended'; readonly jobName: string }
  /** A monitor of a model ran to its end, with or without a breach. */
  | { readonly type: 'monitor-completed'; readonly run: MonitorRunRef }
  /** A run of production that a rule watches came to its end: its metric is to be read. */
  | { readonly type: 'run-completed'; readonly measurement: RunMeasurement }
  /** An endpoint serves other versions. It is taken note of, and starts nothing. */
  | { readonly type: 'deployed'; readonly deployment: Deployment }
  | FileFact
  | FolderFact
  | IgnoredFact;

/** `about` parts kinds that have the same name: an event type, a model. */
export function ignored(kind: string, why: string, about = ''): IgnoredFact {
  return { type: 'ignored', kind: about === '' ? kind : `${kind}: ${about.slice(0, 100)}`, why };
}
