import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('mark-broken-glass', async ({ runId, brokenGlass, registeredVersion, released }) => {
  const ledger = await wiring.ledger();
  await ledger.changeRun(runId, (run) => ({
    ...run,
    brokenGlass,
    registeredVersion: registeredVersion ?? run.registeredVersion,
    released: released || run.released,
  }));
  return null;
});
