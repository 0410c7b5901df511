import { type Command, UsageError } from './command.ts';

/** What is done to the local cloud with its own tools; in Azure `az ml` and `az storage` do it. */
export const local: Command = {
  summary:
    'Work with the local cloud: publish training code, upload data, make endpoints, set how pipelines end, read notices.',
  usage: [
    'ratchet local start [OPTIONS]    what ratchet up does, with the same options',
    'ratchet local publish DIR --as NAME[:VERSION] [--json]',
    'ratchet local upload FILE ... --model MODEL [--json]',
    'ratchet local endpoint NAME [--kubernetes] [--show-key] [--json]',
    'ratchet local pipeline NAME [--ends succeeded|failed|canceled] [--takes DURATION] [--json]',
    'ratchet local notices [--json]',
    'publish makes a code asset of the folder, for code: azureml:NAME:VERSION in a model file. Without VERSION it takes the',
    'one that has this code already, or the next number. A version never changes. .amlignore lists what to leave out.',
    'upload puts the files under data.path of the model file, where data.expect and triggers.data apply to them.',
    'endpoint makes an online endpoint of that name, managed or on the local cluster, unless it is there, and prints its address:',
    'what release.target names. Who calls it sends its key as a bearer token.',
    'pipeline sets how runs of a pipeline end from now on, and lists earlier ones: the pipelines are the YAML files of',
    'infra/azure-pipelines/ and infra/github/, each by its file name. A pipeline of scripts alone is run as it says; of others no step is.',
    'notices shows the notices to local addresses (notices: in a model file).',
    'Exit code: 0 done, 1 the version exists with other code, 2 wrong usage, 3 any other error.',
  ].join('\n'),
  async run([action, ...args]) {
    switch (action) {
      case 'start':
        return (await import('./local/up.ts')).up(args);
      case 'publish':
        return (await import('./local/publish.ts')).publish(args);
      case 'upload':
        return (await import('./local/upload.ts')).upload(args);
      case 'notices':
        return (await import('./local/notices.ts')).notices(args);
      case 'endpoint':
        return (await import('./local/endpoint.ts')).endpoint(args);
      case 'pipeline':
        return (await import('./local/pipeline.ts')).pipeline(args);
      default:
        throw new UsageError(
          `expected start, publish, upload, endpoint, pipeline or notices, got ${action === undefined ? 'nothing' : JSON.stringify(action)}`,
        );
    }
  },
};
