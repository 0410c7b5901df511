import { readJobName } from '../domain/job-name.ts';

export interface FailedPart {
  readonly kind: 'step' | 'trial';
  readonly name: string;
}

/**
 * Why a job failed, for the sentence its run ends with: where its log is shown, then what the workspace says, which may
 * be little. Without a full stop at its end, for the sentence sets one. `part`: of a pipeline the step that failed,
 * of a sweep the trial.
 */
export function describeFailure(jobName: string, said: string, part?: FailedPart): string {
  const known = readJobName(jobName);
  const which = known && known.attempt > 1 ? ` --attempt ${known.attempt}` : '';
  const failed = part === undefined ? '' : `${part.kind} ${part.name} failed, `;
  const of = part === undefined ? '' : ` --${part.kind} ${part.name}`;
  const shown = known
    ? [`${failed}see \`ratchet logs ${known.runId} --phase ${known.phase}${which}${of}\``]
    : [];
  const text = said.trim().replace(/(?<!\.)\.$/, '');
  return [...shown, ...(text === '' ? [] : [text])].join('. ');
}
