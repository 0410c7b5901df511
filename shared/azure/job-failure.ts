import { readJobName } from '../domain/job-name.ts';

/**
 * Why a job failed, for the sentence its run ends with: where its log is shown, then what the workspace says, which may
 * be little. Without a full stop at its end, for the sentence sets one. `step`: of a pipeline, which step it is that failed.
 */
export function describeFailure(jobName: string, said: string, step?: string): string {
  const known = readJobName(jobName);
  const which = known && known.attempt > 1 ? ` --attempt ${known.attempt}` : '';
  const failed = step === undefined ? '' : `step ${step} failed, `;
  const of = step === undefined ? '' : ` --step ${step}`;
  const shown = known
    ? [`${failed}see \`ratchet logs ${known.runId} --phase ${known.phase}${which}${of}\``]
    : [];
  const text = said.trim().replace(/(?<!\.)\.$/, '');
  return [...shown, ...(text === '' ? [] : [text])].join('. ');
}
