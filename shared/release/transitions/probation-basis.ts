import type { ModelConfig } from '../../config/schema.ts';
import type { ProbationBasis } from './trial.ts';

/** What a release takes along for its probation; of a model file without one, nothing. */
export function basisOf({ task, evaluation, data, release }: ModelConfig): { probation?: ProbationBasis } {
  if (!release.stages.some(({ kind }) => kind === 'probation')) return {};
  const { files, ignore } = data;
  return { probation: { task, evaluation, data: { files, ignore } } };
}
