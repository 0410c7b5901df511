import { digestOfModel } from '../../shared/azure/model-digest.ts';
import { judgementOf } from '../../shared/config/training-fingerprint.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep, isFinal } from '../define-step.ts';

/** The run goes on with its own training, whatever of it can be kept. */
defineStep('keep-training', async ({ pinned, champion, training }) => {
  const [blobs, ledger, { workspace }] = await Promise.all([
    wiring.blobs(),
    wiring.ledger(),
    wiring.settings(),
  ]);
  try {
    const digest = await digestOfModel(blobs, workspace.id, training.modelUri);
    const uses = [{ runId: training.runId, judgedBy: judgementOf(pinned.config, champion) }];
    await ledger.trainings.keep({ ...training, digest, uses });
    return { why: null };
  } catch (error) {
    if (isFinal(error)) return { why: error.message };
    throw error;
  }
});
