import { suggest } from '../shared/config/suggest.ts';
import { type Command, readArgs, UsageError } from './command.ts';

const actions = ['check'] as const;

export const upgrade: Command = {
  summary: 'Say whether this version can go on with everything that is under way in a task hub.',
  usage: [
    'ratchet upgrade check [--package FOLDER] [--hub FILE] [--since TIME] [--wait DURATION] [--json]',
    'ratchet upgrade check --storage ACCOUNT [--hub NAME] [--package FOLDER] [--since TIME] [--wait DURATION] [--json]',
    'Replays the history of every orchestration that has not ended against the app of FOLDER, and has it read the state of every',
    'entity. Nothing is changed. Without --package it is the app that was built here; with it, such as dist/package.',
    'Without --storage the hub is that of the local service (.ratchet/host/durable.db). ACCOUNT is the storage account of the app,',
    'read as whoever the Azure CLI or the pipeline is signed in as, or the name of a variable with a connection string.',
    '--since also names what has failed since then: after an upgrade, the time it began.',
    '--wait asks again until everything can be gone on with, for as long as that: PT2H.',
    'Exit code: 0 all of it goes on, 1 something would break or has failed, 2 wrong usage, 3 any other error.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, {
      package: { type: 'string' },
      hub: { type: 'string' },
      storage: { type: 'string' },
      since: { type: 'string' },
      wait: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const [given = '', ...rest] = positionals;
    if (!(actions as readonly string[]).includes(given))
      throw new UsageError(
        `expected ${actions.join(', ')}, got ${JSON.stringify(given)}${suggest(given, actions)}`,
      );
    if (rest.length > 0) throw new UsageError(`check takes no ${JSON.stringify(rest[0])}`);
    return (await import('./upgrade/check.ts')).check(values);
  },
};
