import type { ReleaseNotice } from '../../domain/release.ts';

/**
 * A way of telling the world about a release. Telling it twice sends the same `releaseId` twice; it is the
 * receiver, or the service between, that drops the second.
 */
export interface ReleaseChannel {
  publish(notice: ReleaseNotice): Promise<void>;
}

/** Name of the fact, on whichever channel. */
export const typeOf = ({ withdrawn }: ReleaseNotice): 'Ratchet.ModelReleased' | 'Ratchet.ModelWithdrawn' =>
  withdrawn ? 'Ratchet.ModelWithdrawn' : 'Ratchet.ModelReleased';
