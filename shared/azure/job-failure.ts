import { readJobName } from '../domain/job-name.ts';

export interface FailedPart {
  readonly kind: 'step' | 'trial';
  readonly name: string;
}

/** The steps of a published pipeline go by names that people gave them: as a shell takes it, and without what would end the quote. */
const quoted = (name: string): string =>
  /^[\w-]+$/.test(name) ? name : `'${name.replaceAll(/['`\n]/g, '_')}'`;

/**
 * Why a job failed, for the sentence its run ends with: where its log is shown, then what the workspace says, which may
 * be little. Without a full stop at its end, for the sentence sets one. `part`: of a pipeline the step that failed,
 * of a sweep the trial.
 */
export function describeFailure(jobName: string, said: string, part?: FailedPart): string {
  const known = readJobName(jobName);
  const which = known && known.attempt > 1 ? ` --attempt ${known.attempt}` : '';
  const name = part && quoted(part.name);
  const failed = part === undefined ? '' : `${part.kind} ${name} failed, `;
  const of = part === undefined ? '' : ` --${part.kind} ${name}`;
  const shown = known
    ? [`${failed}see \`ratchet logs ${known.runId} --phase ${known.phase}${which}${of}\``]
    : [];
  const text = said.trim().replace(/(?<!\.)\.$/, '');
  return [...shown, ...(text === '' ? [] : [text])].join('. ');
}
