/** People of a list of names, teams and object ids: by name where one is known, with the id on demand. */
interface PeopleProps {
  readonly of: readonly string[];
  /** Names by object id in lower case; absent in rows of before. */
  readonly names: Readonly<Record<string, string>> | undefined;
}

const objectId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function People({ of, names = {} }: PeopleProps) {
  return (
    <ul class="plain people">
      {of.map((said) => {
        const known = Object.hasOwn(names, said.toLowerCase()) ? names[said.toLowerCase()]! : said;
        const name = objectId.test(known) ? 'somebody whose name is not known' : known;
        return (
          <li key={said}>
            {name === said ? (
              name
            ) : (
              <details>
                <summary>{name}</summary>
                object id <code>{said}</code>
              </details>
            )}
          </li>
        );
      })}
    </ul>
  );
}
