import { releaseIdOf } from '../shared/domain/durable-names.ts';
import { modelOfRelease, modelOfRun } from '../shared/domain/run.ts';
import { UsageError } from './command.ts';

/** The release that an argument names, by its own id or by that of its run, and the model it is of. */
export function readReleaseId(given: string): { readonly releaseId: string; readonly model: string } {
  const releaseId = modelOfRun(given) === null ? given : releaseIdOf(given);
  const model = modelOfRelease(releaseId);
  if (model !== null) return { releaseId, model };
  throw new UsageError(
    `${given} is neither a release id, such as spam-filter-20020902-1f2e3d4c-release, nor a run id; ratchet releases lists them`,
  );
}
