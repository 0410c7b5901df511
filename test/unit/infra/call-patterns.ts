/** How the calls of shared/azure/calls.ts read in the sources. */
export const patterns: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [/#client\.(\w+)\.(\w+)\(/g, ([, group, name]) => `client.${group}.${name}`],
  [/resources\.(find|list|put|post|delete|follow)\(/g, ([, name]) => `resources.${name}`],
  [/#call\(asked, [`'](runs\/\w+)/g, ([, path]) => `mlflow ${path}`],
  [/\/runs\/\$\{[^}]*\}\/details/g, () => 'history details'],
  [
    /send\(client, '(PUT|POST)', (\w+|`[^`]*`)/g,
    ([, method, url]) => `${method} jobs${/\/cancel/.test(url!) ? '/cancel' : ''}`,
  ],
  [/endpoint\.scoringUri/g, () => 'scoringUri'],
];
