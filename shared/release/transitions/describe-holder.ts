/** The release that has a target, as whoever may want it next is told. Pure. */
import type { TargetConfig } from '../../config/target-schema.ts';
import { counted } from '../../domain/plural.ts';
import type { ReleaseState } from '../../domain/release-state.ts';
import type { TargetState } from './state.ts';

export interface TargetHolder {
  readonly releaseId: string;
  readonly version: string;
  readonly state: ReleaseState;
  /** Releases that wait for the target already. */
  readonly waiting: number;
}

/** Null: no release has the target. */
export function findHolder({ release, queue }: TargetState): TargetHolder | null {
  if (!release) return null;
  const { releaseId, model, state } = release;
  return { releaseId, version: model.version, state, waiting: queue.length };
}

/** What becomes of the candidate of a run that begins now, in a sentence. */
export function describeHolder(
  { releaseId, version, state, waiting }: TargetHolder,
  { endpoint, onNewCandidate }: Pick<TargetConfig, 'endpoint' | 'onNewCandidate'>,
): string {
  const others =
    waiting === 0 ? '' : `, and ${counted(waiting, 'release')} ${waiting === 1 ? 'waits' : 'wait'}`;
  const fate =
    onNewCandidate === 'queue'
      ? 'what this run makes waits for it'
      : 'what this run makes takes its place, unless it serves everybody by then';
  return `Endpoint ${endpoint} is held by release ${releaseId} of version ${version}, ${state}${others}: ${fate}.`;
}
