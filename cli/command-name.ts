/** How the reader has called this program, and can call it again: `npx ratchet` where npm has found it. */
export function commandName(env: NodeJS.ProcessEnv = process.env): string {
  return env['npm_lifecycle_event'] === undefined ? 'ratchet' : 'npx ratchet';
}
