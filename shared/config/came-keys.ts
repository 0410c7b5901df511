/** Under which keys a model's state notes when what absences are of last came. Pure. */
import { isCameWord } from '../domain/absence.ts';
import type { ModelConfig } from './schema.ts';

type Triggers = Pick<ModelConfig['triggers'], 'queries' | 'runs' | 'absences'>;
type Absence = NonNullable<Triggers['absences']>[number];

/** Under which key it is noted when what the absence is of last came. */
export function cameKey({ queries, runs }: Triggers, { of }: Pick<Absence, 'of'>): string {
  if (isCameWord(of)) return of;
  if (queries.some((rule) => rule.name === of)) return `query:${of}`;
  return runs.some((rule) => rule.name === of) ? `run:${of}` : `metric:${of}`;
}

/** The keys of a model's absences that something which has come counts for. */
export function cameKeys(
  triggers: Triggers,
  { kind, cause = '' }: { readonly kind?: string; readonly cause?: string | undefined },
): readonly string[] {
  const keys = (triggers.absences ?? []).map((absence) => cameKey(triggers, absence));
  return [...new Set(keys)].filter((key) => {
    if (key === 'data') return kind === 'data';
    if (key === 'metrics') return cause.startsWith('metric:');
    return key === 'drift' ? cause === key || cause.startsWith('drift:') : cause === key;
  });
}
