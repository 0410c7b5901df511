/** Builds what sends notices to people, for the wiring. As lazily as it: see there. */
import type { TlsOptions } from './azure/tls.ts';
import type { Notice, Sent } from './domain/notice.ts';
import { RatchetError } from './errors.ts';
import { linksOf } from './notices/links.ts';
import { once } from './once.ts';
import type { Settings } from './settings.ts';

interface Base {
  readonly settings: () => Promise<Settings>;
  readonly tls: () => Promise<TlsOptions>;
}

export function wireNotices({ settings, tls }: Base) {
  return once(async () => {
    const [given, sdk, { NoticeSender }] = await Promise.all([
      settings(),
      import('@azure/core-rest-pipeline'),
      import('./notices/send-notice.ts'),
    ]);
    const sender = new NoticeSender(sdk, await tls());
    return {
      /** Sends a notice to the receiver of that name, once. Errors: `bad-setting` where there is none. */
      async send(notice: Notice, to: string): Promise<Sent> {
        const receiver = given.receivers.get(to);
        if (!receiver) throw unknown(to, [...given.receivers.keys()]);
        return sender.send(receiver, { notice, links: linksOf(notice, given) }, new Date());
      },
    };
  });
}

function unknown(to: string, known: readonly string[]): RatchetError {
  return new RatchetError(
    'bad-setting',
    `RATCHET_NOTICES must have a receiver ${to}, which a model file names; it has ${known.join(', ') || 'none'}; add it, see docs/notices.md`,
    { subject: { settings: 'RATCHET_NOTICES' } },
  );
}
