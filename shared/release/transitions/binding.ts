import { hashJson } from '../../config/pin.ts';
import type { ApprovalSubject } from '../../domain/release-state.ts';
import { stageOf } from './stages.ts';
import type { Release } from './state.ts';

/** What an approval is of: everything that must not change between the approval and its use. */
export function subjectOf(release: Release): ApprovalSubject {
  const { model, digest, dataHash, gateReportHash, configHash, target } = release;
  const stage = stageOf(release) ?? null;
  return {
    model: model.name,
    version: model.version,
    digest,
    dataHash,
    gateReportHash,
    configHash,
    endpoint: target.endpoint,
    targetHash: hashJson(target),
    stage: stage?.stage ?? null,
    stageHash: hashJson(stage),
  };
}

/** SHA-256 over the subject's JSON with its keys sorted, hex. */
export function bindingOf(release: Release): string {
  return hashJson(subjectOf(release));
}
