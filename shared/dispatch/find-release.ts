import type { PinnedModel } from '../config/schema.ts';
import { RatchetError } from '../errors.ts';

/** What orders about a release, and questions about what serves, need of the model file. Throws where the model has no target. */
export function requireRelease(model: string, pinned: PinnedModel | undefined) {
  const { release, policy, notices } = pinned?.config ?? {};
  if (pinned && release?.target && policy) {
    const { configHash } = pinned;
    const { target, stages } = release;
    return { target, stages, freezes: policy.freezes, configHash, ...(notices && { notices }) };
  }
  throw new RatchetError(
    'not-found',
    `model ${model} has no release.target in its model file, so that Ratchet neither knows what serves it nor changes it; add one, see docs/releases.md`,
    { subject: { model } },
  );
}
