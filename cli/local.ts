import { type Command, UsageError } from './command.ts';

/** What is done to the local cloud with its own tools; in Azure `az ml` and `az storage` do it. */
export const local: Command = {
  summary:
    'Start the service in this folder, publish training code to it, upload data to it, make endpoints, say how pipelines end, read notices.',
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
    'pipeline says how the runs of a pipeline go from now on, and lists those there were: the pipelines are the YAML files of',
    'infra/azure-pipelines/ and infra/github/, each named as its file. Nothing in them is run.',
    'notices shows what people were told who are named local in notices: of a model file.',
    'Exit code: 0 done, 1 the version has other code, 2 wrong usage, 3 any other error.',
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
