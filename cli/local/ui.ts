import { makeSignInLink } from '../../local/launch/sign-in-link.ts';
import { readArgs, UsageError } from '../command.ts';
import { findService } from '../find-service.ts';
import { printJson, serviceOptions } from '../service.ts';

/** What `ratchet ui` does. */
export async function ui(args: readonly string[]): Promise<number> {
  const { key, ...options } = serviceOptions;
  const { values, positionals } = readArgs(args, options);
  if (positionals.length > 0) throw new UsageError(`takes no ${JSON.stringify(positionals[0])}`);
  const { base, pass, described } = findService(values);
  const page = `${base}/api/ui`;
  const isHere = /^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/.test(base);
  const link =
    isHere && pass.kind === 'person'
      ? await makeSignInLink(base, pass.token).catch((cause: unknown) => {
          throw new Error(`nothing answers at ${base} (${described}); start it with ratchet up`, { cause });
        })
      : null;
  if (values.json) printJson({ page, signIn: link });
  else console.log(link ?? page);
  return 0;
}
