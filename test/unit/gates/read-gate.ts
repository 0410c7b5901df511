import { type GateConfig, GatesSchema } from '../../../shared/config/gate-schema.ts';

/** A gate as a model file gives it, with the defaults filled in. */
export function readGate(gate: Record<string, unknown>): GateConfig {
  // A gate that only warns is no valid list of gates; beside one that blocks it is.
  const other = { gate: 'other', kind: 'bound', metric: 'size_bytes', atMost: 1 };
  return GatesSchema.parse([gate, other])[0]!;
}
