import { hashJson } from '../../config/pin.ts';
import { stageOf } from './stages.ts';
import type { Release } from './state.ts';

/** What an approval is of: SHA-256, hex, over everything that must not change between the approval and its use. */
export function bindingOf(release: Release): string {
  const { model, digest, dataHash, gateReportHash, configHash, target } = release;
  const { name, version } = model;
  return hashJson({
    name,
    version,
    digest,
    dataHash,
    gateReportHash,
    configHash,
    target,
    stage: stageOf(release) ?? null,
  });
}
