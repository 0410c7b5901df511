import { z } from 'zod';

/** Whether a name can only be that of a file below the data path. */
function isRelativeName(name: string): boolean {
  const hasOddCharacter = [...name].some((character) => character < ' ' || '\\\u007f'.includes(character));
  if (hasOddCharacter || !name.isWellFormed()) return false;
  return name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** A notice that a file has been put into a model's data path. */
export const DataNoticeSchema = z.strictObject({
  /** Name of the file below the model's data path. */
  file: z
    .string()
    .min(1)
    .max(500)
    .refine(
      isRelativeName,
      'a name below data.path, such as 2026-03-01.csv: no .., no backslash, no leading slash',
    ),
});
