import { RatchetError } from '../errors.ts';

const placeholder = /\$\{\{\s*(inputs|outputs)\.([A-Za-z_]\w*)\s*\}\}/g;
const optionalPart = /( *)\$\[\[(.*?)\]\]/gs;

/**
 * The command line as the workspace takes it: a part in `$[[ ]]` stays, without its brackets, when every input in it
 * has a value, and goes otherwise. Azure ML knows such parts in components only.
 */
export function fillCommand(
  command: string,
  inputs: ReadonlySet<string>,
  outputs: ReadonlySet<string>,
  subject: Readonly<Record<string, string>>,
): string {
  const missingIn = (part: string): string[] =>
    [...part.matchAll(placeholder)]
      .filter(([, kind, name]) => !(kind === 'inputs' ? inputs : outputs).has(name!))
      .map(([, kind, name]) => `${kind}.${name}`);
  const filled = command
    .replaceAll(optionalPart, (_, blanks: string, part: string) =>
      missingIn(part).length > 0 ? '' : blanks + part,
    )
    .trim();
  const missing = missingIn(filled);
  if (missing.length > 0) {
    throw new RatchetError(
      'bad-config',
      `the command of job ${subject['job'] ?? ''} names ${missing.join(', ')}, which has no value here (it has inputs ${[...inputs].join(', ')}; outputs ${[...outputs].join(', ')}); put an optional input in $[[ ]]`,
      { subject },
    );
  }
  return filled;
}

/** The command without those parts in `$[[ ]]` that name an input which has no value; the others keep their brackets. */
export function dropUnfilled(command: string, hasInput: (name: string) => boolean): string {
  return command.replaceAll(optionalPart, (whole, _blanks: string, part: string) =>
    [...part.matchAll(placeholder)].every(([, kind, name]) => kind !== 'inputs' || hasInput(name!))
      ? whole
      : '',
  );
}
