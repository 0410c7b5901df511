import { rebuildTarget } from '../../shared/release/transitions/rebuild-target.ts';
import { newTargetState } from '../../shared/release/transitions/state.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

/** So many of the latest releases tell which versions were settled. */
const looksBack = 200;

defineStep('rebuild-target', async ({ endpoint }) => {
  const { items } = await (await wiring.ledger()).listReleases({ limit: looksBack });
  return rebuildTarget(
    newTargetState,
    items.filter((row) => row.endpoint === endpoint),
  );
});
