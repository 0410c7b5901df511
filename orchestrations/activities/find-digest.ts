import { defineStep, isFinal } from '../define-step.ts';
import { digestVersion } from './digest-version.ts';

/** Without a target a version may be kept anywhere: then nothing is said of its files. */
defineStep('find-digest', async ({ model }) => {
  try {
    return { digest: await digestVersion(model, null) };
  } catch (error) {
    if (isFinal(error)) return { digest: null };
    throw error;
  }
});
