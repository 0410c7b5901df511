/** Which groups have which roles or are which team, as a setting says it: `approver=GROUP_ID,GROUP_ID;operator=GROUP_ID`. Pure. */
import { roles } from './access-table.ts';

type Groups = ReadonlyMap<string, readonly string[]>;

const groupId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const isRole = (name: string): boolean => (roles as readonly string[]).includes(name);
/** No team is named as a role is: it would be one. */
const isTeam = (name: string): boolean => /^[a-z][a-z0-9-]{0,47}$/.test(name) && !isRole(name);

/** Roles by group id, in lower case; null where the text is not of that form. */
export const readRoles = (text: string): Groups | null => readNames(text, isRole);

/** The same of teams. */
export const readTeams = (text: string): Groups | null => readNames(text, isTeam);

function readNames(text: string, isName: (name: string) => boolean): Groups | null {
  const groups = new Map<string, string[]>();
  for (const entry of text.split(';').filter((part) => part.trim() !== '')) {
    const [name = '', ids, ...more] = entry.split('=').map((part) => part.trim());
    if (ids === undefined || more.length > 0 || !isName(name)) return null;
    for (const id of ids.split(',').map((part) => part.trim().toLowerCase())) {
      if (!groupId.test(id)) return null;
      groups.set(id, [...(groups.get(id) ?? []), name]);
    }
  }
  return groups;
}

/** A group may have names of both. */
export function joinGroups(...several: readonly (Groups | null)[]): Groups {
  const joined = new Map<string, readonly string[]>();
  for (const groups of several)
    for (const [id, names] of groups ?? []) joined.set(id, [...(joined.get(id) ?? []), ...names]);
  return joined;
}
