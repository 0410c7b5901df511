/**
 * Labels and decisions that mean one class and are spelled differently: the side would count as wrong wherever it is
 * right, and a challenger be better than a champion for its spelling.
 *
 * Owns: what is an error of the file, what is only noted.
 *
 * Invariant: no name is changed. A class is the bytes of its name, whatever it looks like.
 */
import { counted } from '../../domain/plural.ts';
import type { CategoryColumn } from './columns.ts';
import type { SideColumns } from './sides.ts';
import { lookOf, noteAlike, spellAll } from './spellings.ts';
import { type Broken, broken } from './table.ts';

/** Of names in a sentence. */
const mostShown = 5;

/** Why labels and decisions cannot be held against each other, or null. Probabilities name their classes themselves. */
export function findMisspelt(
  file: string,
  label: CategoryColumn,
  ...sides: readonly SideColumns[]
): Broken | null {
  for (const { side, decisions, probabilities } of sides) {
    if (!decisions || probabilities || decisions.codes.length === 0) continue;
    const nothing = findNothing(side, label, decisions);
    if (nothing) return broken(`${file}: ${nothing}`);
    const why = findNoneMet(side, label, decisions) ?? findOneMissed(side, label, decisions);
    if (why) return broken(`${file}: ${why}; classes are compared byte by byte: write them alike`);
  }
  return null;
}

/** What programs write where there is nothing: `str(nan)`. (`none` is often a class.) */
const nothings = ['', 'nan', '<na>', 'nat', 'null', 'n/a', 'undefined'];

const isNothing = (name: string): boolean => nothings.includes(lookOf(name));

/** A missing decision that is written as if it were a class: it would count as wrong, and the other side as better. */
function findNothing(side: string, label: CategoryColumn, decisions: CategoryColumn): string | null {
  const labels = new Set(label.names);
  const found = decisions.names.sort().find((name) => isNothing(name) && !labels.has(name));
  if (found === undefined) return null;
  const times = counted(decisions.counts().get(found)!, 'row');
  return `the ${side} decides for ${spellAll([found])[0]} in ${times}, which is the label of none: a decision is missing; have the side decide in every row`;
}

function findNoneMet(side: string, label: CategoryColumn, decisions: CategoryColumn): string | null {
  const labels = namesOf(label);
  if (labels.length === 0 || decisions.names.some((name) => labels.includes(name))) return null;
  const [decided, given] = [decisions.names.sort(), labels].map((names) => names.slice(0, mostShown));
  const spelled = spellAll([...decided!, ...given!]);
  const list = (from: number, to: number, all: number): string =>
    `${spelled.slice(from, to).join(', ')}${all > to - from ? ' and others' : ''}`;
  const ours = list(0, decided!.length, decisions.names.length);
  const theirs = list(decided!.length, spelled.length, labels.length);
  return `no decision of the ${side} is for a class that a row has: it decides for ${ours}, and the labels are ${theirs}`;
}

/** A class that a side never decides for, and in its place for one that no row has and that looks like it. */
function findOneMissed(side: string, label: CategoryColumn, decisions: CategoryColumn): string | null {
  const [labels, decided] = [new Set(namesOf(label)), new Set(decisions.names)];
  const missed = new Map(
    namesOf(label)
      .filter((name) => !decided.has(name))
      .map((name) => [lookOf(name), name]),
  );
  const stranger = decisions.names.sort().find((name) => !labels.has(name) && missed.has(lookOf(name)));
  if (stranger === undefined) return null;
  const meant = missed.get(lookOf(stranger))!;
  const [found, wanted] = spellAll([stranger, meant]);
  const times = counted(decisions.counts().get(stranger)!, 'row');
  return `the ${side} decides for ${found} in ${times}, which no row has, and never for ${wanted}, the label of ${counted(label.counts().get(meant)!, 'row')}`;
}

/** The classes of a column in order; a row may be without one. */
const namesOf = ({ names }: CategoryColumn): string[] => names.filter((name) => name !== '').sort();

/** Classes that look alike, or like none, each with how often it is a label and a decision. */
export function noteAlikeClasses(label: CategoryColumn, ...sides: readonly SideColumns[]): string[] {
  const found = new Map<string, string[]>();
  const add = (column: CategoryColumn, as: string): void => {
    for (const [name, count] of column.counts()) {
      if (name === '') continue;
      found.set(name, [...(found.get(name) ?? []), `${as} in ${counted(count, 'row')}`]);
    }
  };
  add(label, 'label');
  for (const { side, decisions, probabilities } of sides) {
    if (decisions) add(decisions, `decided by the ${side}`);
    else for (const name of probabilities?.keys() ?? []) if (!found.has(name)) found.set(name, ['in no row']);
  }
  const said = new Map([...found].map(([name, of]) => [name, of.join(', ')]));
  const missing = [...said.keys()].sort().filter(isNothing);
  return [
    ...noteAlike('classes', said),
    ...missing.map(
      (name) => `class ${spellAll([name])[0]} (${said.get(name)}) is one as any other: is a name missing?`,
    ),
  ];
}
