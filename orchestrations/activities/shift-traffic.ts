import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';
import { verifyPackage } from './verify-package.ts';

defineStep('shift-traffic', async ({ target, to, verify }) => {
  const unverified = verify ? await verifyPackage(verify) : null;
  if (unverified !== null) return { unverified };
  await (await wiring.releaseTarget(target)).shift(to);
  return null;
});
