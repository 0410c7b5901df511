import type { PinnedModel } from '../config/schema.ts';
import { RatchetError } from '../errors.ts';

/** What an order about a release needs of the model file. Throws where the model has no target. */
export function requireRelease(model: string, pinned: PinnedModel | undefined) {
  const { release, policy } = pinned?.config ?? {};
  if (pinned && release?.target && policy) {
    const { configHash } = pinned;
    return { target: release.target, stages: release.stages, freezes: policy.freezes, configHash };
  }
  throw new RatchetError(
    'not-found',
    `model ${model} must have release.target in its model file for an order about its release; found none; add it, see docs/releases.md`,
    { subject: { model } },
  );
}
