import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('mark-broken-glass', async ({ runId, brokenGlass, registeredVersion, released }) => {
  const ledger = await wiring.ledger();
  await ledger.changeRun(runId, (run) => {
    // A late repeat of the mark before the release must not win over the one after it.
    if (run.released && !released) return run;
    const marked = { ...run, brokenGlass, released };
    if (registeredVersion === null) return marked;
    const challenger = run.challenger && { ...run.challenger, version: registeredVersion };
    return { ...marked, registeredVersion, challenger };
  });
  return null;
});
