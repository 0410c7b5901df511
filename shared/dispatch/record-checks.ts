import type { CheckRow } from '../domain/check.ts';
import { wiring } from '../wiring.ts';

/**
 * Records what rules have found. Checks are samples: what was made of them is offered before, and a ledger that does not
 * answer costs a sample, never a signal.
 */
export async function recordChecks(
  model: string,
  checks: readonly CheckRow[],
  tell: (why: string) => void,
): Promise<void> {
  if (checks.length === 0) return;
  try {
    const [ledger, { checksKeptMs }] = await Promise.all([wiring.ledger(), wiring.settings()]);
    await ledger.checks.record(model, checks, checksKeptMs);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    tell(`checks of model ${model} are not recorded: ${why}`);
  }
}
