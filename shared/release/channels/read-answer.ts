import type { PipelineSeen } from '../../domain/pipeline.ts';

const states: readonly PipelineSeen['state'][] = ['running', 'succeeded', 'failed', 'cancelled', 'absent'];

/** How something stands, as a service of the user's own says it; `refuse` is told what is wrong with that. Pure. */
export function readAnswer(
  { state, url, reason }: Readonly<Record<string, unknown>>,
  key: string,
  refuse: (why: string) => never,
): PipelineSeen {
  const known = states.find((each) => each === state);
  if (known === undefined) {
    const seen = JSON.stringify(state)?.slice(0, 100) ?? 'nothing';
    return refuse(
      `the answer must have state, one of ${states.join(', ')}; found ${seen}: docs/pipelines.md`,
    );
  }
  // It is shown to people: no other kind of address than this.
  const link = typeof url === 'string' && /^https:\/\/[^\s<>"'()]{1,500}$/.test(url) ? url : null;
  const why = typeof reason === 'string' ? (reason.trim().split(/\r?\n/)[0] ?? '').slice(0, 300) : '';
  return { state: known, why, run: known === 'absent' ? null : { id: key, url: link } };
}
