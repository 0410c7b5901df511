import type { Command } from './command.ts';

export const ui: Command = {
  summary: 'Print the address of the page in the browser: on this machine a link that signs in, once.',
  usage: [
    'ratchet ui [--as NAME | --token TOKEN] [--url URL] [--json]',
    'On this machine the link signs you in, or NAME of people.json, once and within ten minutes: open it in a browser of this',
    'machine, and hand it to nobody. In Azure it is the address alone, where you sign in with Microsoft Entra ID.',
    'Exit code: 0 printed, 2 wrong usage, 3 no service answers or it is broken.',
  ].join('\n'),
  run: async (args) => (await import('./local/ui.ts')).ui(args),
};
