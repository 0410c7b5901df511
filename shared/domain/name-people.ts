/**
 * People as sentences and pages name them, where a file or a record names them by their ids in the directory. Pure.
 *
 * The directory is never asked: that takes a right of its own. A name is known of whoever has asked for something or approved
 * something here, as the platform gave it then.
 */

/** Names by object id in lower case. */
export type Names = Readonly<Record<string, string>>;

const objectId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Of an object id the name, where one is known; a name or a team as it is. */
function namePerson(said: string, names: Names = {}): string {
  const name = Object.hasOwn(names, said.toLowerCase()) ? names[said.toLowerCase()]! : said;
  return objectId.test(name) ? `somebody whose name is not known (object id ${name})` : name;
}

export function namePeople(said: readonly string[], names?: Names): string {
  return [...new Set(said.map((each) => namePerson(each, names)))].join(', ');
}

/** What the actors of some records teach. */
export function namesOf(
  actors: readonly ({ readonly id: string; readonly name: string } | undefined)[],
): Names {
  return Object.fromEntries(actors.flatMap((actor) => (actor ? [[actor.id.toLowerCase(), actor.name]] : [])));
}
