import type { Command } from './command.ts';

export const ui: Command = {
  summary: 'Print the address of the dashboard: on this machine a link that signs you in, once.',
  usage: [
    'ratchet ui [--as NAME | --token TOKEN] [--url URL] [--json]',
    'On this machine the link signs you in, or NAME of people.json, once and within ten minutes: open it in a browser of this',
    'machine, and hand it to nobody. In Azure it is the address alone, where you sign in with Microsoft Entra ID.',
    '--json prints page, and signIn: the link, or null. It is as good as a password for those ten minutes: keep it out of logs.',
    'Exit code: 0 printed, 2 wrong usage, 3 no service answers, or any other error.',
  ].join('\n'),
  run: async (args) => (await import('./local/ui.ts')).ui(args),
};
