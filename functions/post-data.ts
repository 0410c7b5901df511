import * as df from 'durable-functions';
import { readBody } from '../shared/http/read-body.ts';
import { requireModel } from '../shared/http/require-model.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

/** Takes a notice that a file was put into a model's data path by something whose events do not come here. */
serve('post-data', {
  route: 'models/{model}/data',
  method: 'POST',
  access: 'report',
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const [{ DataNoticeSchema }, { offerFile }] = await Promise.all([
      import('../shared/signals/parse-data-notice.ts'),
      import('../shared/dispatch/offer-file.ts'),
    ]);
    const pinned = requireModel(request, await wiring.modelFiles());
    const { file } = await readBody(request, DataNoticeSchema);
    const notice = { pinned, file, source: 'data-api' };
    return { status: 202, jsonBody: await offerFile(df.getClient(context), await wiring.blobs(), notice) };
  },
});
