/** What a release asks of whatever serves a model. Every call may be repeated: it then finds done what was done. */
import type { Observed, Split } from '../../domain/release-state.ts';
import type { ModelVersion } from '../../domain/run.ts';
import type { Room } from './quota.ts';

/** A version that is to be deployed, or is. */
export interface Deployed {
  readonly deployment: string;
  readonly model: ModelVersion;
  readonly releaseId: string;
}

export interface ReleaseTarget {
  /** Reads what is served back from the service. */
  observe(): Promise<Observed>;
  /**
   * Has the version deployed under that name, without traffic, and answers how that stands. A deployment of the name
   * that serves another version is a refusal: it is not replaced. With `asksRoom`, what is not there is asked for only where
   * there is room, as far as that is known: `no-room` is for a while, and what can never fit is a refusal.
   */
  deploy(
    what: Deployed,
    options?: { readonly asksRoom?: boolean },
  ): Promise<{ readonly state: 'ready' | 'changing' | 'failed' | 'no-room'; readonly why: string }>;
  /** Whether there is room for one more deployment; null where that is not the service's to say. */
  askRoom(): Promise<Room | null>;
  /**
   * Sends the deployment the file's smoke requests: whether each was answered, by that version. `silent`: its code has
   * said nothing, and may yet.
   */
  askVersion(
    what: Deployed,
  ): Promise<{ readonly answered: boolean; readonly silent?: true; readonly why: string }>;
  /** Begins to change who answers. What was reached is for `observe` to say. */
  shift(to: Split): Promise<void>;
  /** Deletes a deployment without traffic; one that is gone stays so. */
  retire(deployment: string): Promise<void>;
}
