import { ensureEndpoint } from '../../local/launch/ensure-endpoint.ts';
import { readArgs, UsageError } from '../command.ts';
import { printJson } from '../service.ts';
import { findRunningCloud } from './running-cloud.ts';

export async function endpoint(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArgs(args, {
    'show-key': { type: 'boolean', default: false },
    kubernetes: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  });
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0) throw new UsageError('name exactly one endpoint');
  const { cloud } = findRunningCloud();
  const { outcome, scoringUri, key } = await ensureEndpoint(cloud, name, {
    isOnKubernetes: values.kubernetes,
  });
  const shown = values['show-key'] ? { key } : {};
  if (values.json) printJson({ endpoint: name, outcome, scoringUri, caFile: cloud.caFile, ...shown });
  else {
    console.log(
      [
        `${outcome === 'made' ? 'Made' : 'Already there'}: endpoint ${name}`,
        `scoring: ${scoringUri}`,
        `certificate: ${cloud.caFile}`,
        values['show-key'] ? `key: ${key}` : 'key: --show-key prints it',
      ].join('\n'),
    );
  }
  return 0;
}
