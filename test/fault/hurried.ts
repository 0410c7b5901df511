/** Environment of a world whose clients' pauses pass faster. */
export const hurried = { NODE_OPTIONS: `--import ${new URL('hurry.ts', import.meta.url)}` };
