import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { RatchetError } from '../shared/errors.ts';
import { parseBody, readBytes } from '../shared/http/read-body.ts';
import { requireModel } from '../shared/http/require-model.ts';
import { answering } from '../shared/http/respond.ts';
import { readSignature, signatureHeader, verifySignature } from '../shared/http/verify-signature.ts';
import { wiring } from '../shared/wiring.ts';

/**
 * The same as post-data for senders that sign instead of holding a key. Whether a signature is too old can only be
 * told by the clock of the platform: nothing else in the application reads it.
 */
app.http('post-data-hook', {
  route: 'hooks/models/{model}/data',
  methods: ['POST'],
  authLevel: 'anonymous',
  extraInputs: [df.input.durableClient()],
  handler: answering(async (request, context) => {
    const { dataHookSecrets: secrets } = await wiring.settings();
    if (secrets.length === 0) {
      throw new RatchetError(
        'not-found',
        'the data hook is off: RATCHET_DATA_HOOK_SECRET is not set; set it to accept notices, as docs/data.md shows',
      );
    }
    // Nothing is read from, and nothing said about models and files to, whoever has not signed.
    const signature = readSignature(request.headers.get(signatureHeader), Date.now());
    const body = await readBytes(request);
    verifySignature(signature, { method: request.method, url: request.url, body }, secrets);
    const [{ DataNoticeSchema }, { offerFile }] = await Promise.all([
      import('../shared/signals/parse-data-notice.ts'),
      import('../shared/dispatch/offer-file.ts'),
    ]);
    const pinned = requireModel(request, await wiring.modelFiles());
    const { file } = parseBody(body, DataNoticeSchema);
    const notice = { pinned, file, source: 'data-hook' };
    return { status: 202, jsonBody: await offerFile(df.getClient(context), await wiring.blobs(), notice) };
  }),
});
