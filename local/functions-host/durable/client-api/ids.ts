/** What ids the Durable extension takes from clients. Pure. */

const longestInstanceId = 256;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const forbidden = /[/\\#?\u0000-\u001f\u007f-\u009f]/;

/** Null when an orchestration may be started under the id, else why not. */
export function refuseInstanceId(id: string): string | null {
  if (id.startsWith('@')) return `Instance ID '${id}' must not begin with @: entities are named so.`;
  if (forbidden.test(id)) {
    return `Instance ID ${JSON.stringify(id)} must not contain /, \\, #, ? or control characters.`;
  }
  if (id.length <= longestInstanceId) return null;
  return `An instance ID must not exceed ${longestInstanceId} characters; '${id.slice(0, 32)}…' has ${id.length}.`;
}

/** Null when an entity may have the key, else why not. */
export function refuseEntityKey(key: string): string | null {
  if (!forbidden.test(key)) return null;
  return `Entity key ${JSON.stringify(key)} must not contain /, \\, #, ? or control characters.`;
}
