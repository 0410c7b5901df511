import { suggest } from '../shared/config/suggest.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { serviceOptions, serviceUsage } from './service.ts';

const actions = ['get', 'verify'] as const;

/** `package` by itself is a word that modules may not use. */
export const packageCommand: Command = {
  summary: 'Get the signed package of a released version, and verify one offline.',
  usage: [
    `ratchet package get MODEL:VERSION --out FOLDER ${serviceUsage}`,
    'ratchet package verify FOLDER --key PUBLIC.pem [--json]    needs no service; the file may have several keys',
    'get writes the signature (model.sig) and the documents to FOLDER, and says from where to download the files of the model, to',
    'FOLDER/model.',
    'verify checks that a key in PUBLIC.pem has signed every file in FOLDER, that none was changed and that none was added.',
    'Exit code of verify: 0 verified, 1 not verified, 2 wrong usage, 3 any other error.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, {
      ...serviceOptions,
      key: { type: 'string' },
      out: { type: 'string' },
    });
    const [given = '', subject, ...more] = positionals;
    const action = actions.find((each) => each === given);
    if (!action)
      throw new UsageError(
        `expected ${actions.join(' or ')}, got ${JSON.stringify(given)}${suggest(given, actions)}`,
      );
    if (subject === undefined || more.length > 0)
      throw new UsageError(action === 'get' ? 'name exactly one version' : 'name exactly one folder');
    if (action === 'get') return (await import('./package/get.ts')).getPackage(subject, values);
    if (values.key === undefined)
      throw new UsageError('--key is missing: a PEM file with the public key of the expected signer');
    return (await import('./package/verify.ts')).verifyFolder(subject, values.key, values.json);
  },
};
