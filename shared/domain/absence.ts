/** What can come to an end of coming. */

/** What an absence can be of beside the rules of a model file: words of the model file. */
export const cameWords = ['metrics', 'data', 'drift'] as const;
export type CameWord = (typeof cameWords)[number];

export const isCameWord = (of: string): of is CameWord => (cameWords as readonly string[]).includes(of);

const awaited: Readonly<Record<CameWord, string>> = {
  metrics: 'reported metric that a rule judges',
  data: 'file of data that can be used',
  drift: 'whole run of a model monitor',
};

/** What an absence is of, in the singular. */
export const nameAwaited = (of: string): string =>
  isCameWord(of) ? awaited[of] : `value that rule ${of} judges`;

/** What the signals of an absence are about, and its recoveries. */
export const absenceCause = (name: string): string => `${causeStart}${name}`;

export const isAbsenceCause = (cause: string): boolean => cause.startsWith(causeStart);

const causeStart = 'absence:';
