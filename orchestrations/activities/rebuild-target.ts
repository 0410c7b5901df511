import { findQuarantined, rebuildTarget } from '../../shared/release/transitions/rebuild-target.ts';
import { newTargetState } from '../../shared/release/transitions/state.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

/** So many of the latest releases tell which versions were settled, and of the latest orders, which are quarantined. */
const looksBack = 200;

defineStep('rebuild-target', async ({ endpoint }) => {
  const ledger = await wiring.ledger();
  const { items } = await ledger.listReleases({ limit: looksBack });
  const rows = items.filter((row) => row.endpoint === endpoint);
  const models = [...new Set(rows.map(({ model }) => model.name))];
  const orders = await Promise.all(
    models.map(async (model) => (await ledger.listOperations({ model, limit: looksBack })).items),
  );
  const quarantined = findQuarantined(orders.flat());
  return { ...rebuildTarget(newTargetState, rows), ...(quarantined.length > 0 && { quarantined }) };
});
