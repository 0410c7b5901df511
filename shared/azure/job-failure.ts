/**
 * Why a job failed, for the sentence its run ends with: where its log is shown, then what the workspace says, which may
 * be little. Without a full stop at its end, for the sentence sets one.
 */
export function describeFailure(jobName: string, said: string): string {
  const [, runId, phase] = /^(.+)-(train|evaluate)$/.exec(jobName) ?? [];
  const shown = runId === undefined ? [] : [`see \`ratchet logs ${runId} --phase ${phase}\``];
  const text = said.trim().replace(/(?<!\.)\.$/, '');
  return [...shown, ...(text === '' ? [] : [text])].join('. ');
}
