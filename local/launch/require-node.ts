/** Says what to type instead when an older Node runs a program of this project. Null when the version will do. */
export function describeOldNode(version: string, command: string): string | null {
  if (Number(version.split('.')[0]) >= 24) return null;
  return `needs Node 24: use ${command}, which brings its own (this is Node ${version})`;
}

/** Ends the process with that message. The first statement of every program. */
export function requireNode24(command: string): void {
  const complaint = describeOldNode(process.versions.node, command);
  if (complaint === null) return;
  process.stderr.write(`${complaint}\n`);
  process.exit(1);
}
