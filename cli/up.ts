import type { Command } from './command.ts';

export const up: Command = {
  summary: 'Start the service and its local cloud in this folder, until Ctrl-C.',
  usage: [
    'ratchet up [--models DIR] [--home DIR] [--port PORT] [--keys] [--traces] [--json]',
    'Runs the whole service on this machine, with the model files of models/; nothing of it needs Azure. Its state is in',
    '.ratchet/, so that the next start goes on where this one ended. Other commands in this folder, and below it, find it.',
    '  --models DIR  folder of the model files (or RATCHET_MODELS_DIR; default models)',
    '  --home DIR    folder of the state (or RATCHET_HOME, which other commands then need, too; default .ratchet)',
    '  --port PORT   of the service, 0 for any free one (or RATCHET_PORT; default the one of the last start, or 7071 if it is free)',
    '  --keys        require function keys, as in Azure; they are in host/keys.json of the state folder',
    '  --traces      keep the traces of signals, runs and releases in memory: ratchet trace and the page show them',
    '  --json        print the addresses of all services as one JSON document when everything is ready',
    'Exit code: 0 stopped by Ctrl-C, 1 it could not start or has died, 2 wrong usage, 3 any other error.',
  ].join('\n'),
  run: async (args) => (await import('./local/up.ts')).up(args),
};
