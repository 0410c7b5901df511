import { type Command, readArgs, UsageError } from './command.ts';
import { serviceOptions } from './service.ts';

export const mcp: Command = {
  summary:
    'Serve the Model Context Protocol on stdin and stdout, so that assistants can read the service, or act on it.',
  usage: [
    'ratchet mcp [--operate] [--as NAME | --token TOKEN | --key KEY] [--url URL]',
    'An assistant starts it (docs/mcp.md), as one person. It reads what that person may read, and changes nothing.',
    '--operate adds the tools that act, with the rights of that person, who has to confirm first what only a person may do.',
    'Each operation is recorded as theirs, through the assistant.',
    'Exit code: 0 the assistant has closed the connection, 2 wrong usage, 3 any other error.',
  ].join('\n'),
  async run(args) {
    const { json: _json, ...options } = serviceOptions;
    const { values, positionals } = readArgs(args, {
      ...options,
      operate: { type: 'boolean', default: false },
    });
    if (positionals.length > 0) throw new UsageError(`takes no ${JSON.stringify(positionals[0])}`);
    const { operate, ...where } = values;
    const { serveStdio } = await import('./mcp/server.ts');
    await serveStdio(where, operate);
    return 0;
  },
};
