import * as df from 'durable-functions';
import { askUsable } from '../shared/dispatch/ask-usable.ts';
import { RatchetError } from '../shared/errors.ts';
import { readBody } from '../shared/http/read-body.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

/**
 * A check of Azure Pipelines: acknowledges the call with the answer, and calls the decision back right after. It does not wait
 * for that: the service wants its call answered within 3 seconds.
 */
serve('post-azure-check', {
  route: 'controllers/azure-pipelines',
  method: 'POST',
  access: 'read',
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const { AzureCheckSchema, callBack, readCheck, resultOf } = await import(
      '../shared/controllers/azure-check.ts'
    );
    const { azureDevOpsUrl } = await wiring.settings();
    if (azureDevOpsUrl === null) {
      throw new RatchetError(
        'not-found',
        'checks of Azure Pipelines are off: RATCHET_AZURE_DEVOPS_URL is not set; set it to the organization, as docs/foreign-controllers.md shows',
      );
    }
    const { check, token } = readCheck(request.headers, azureDevOpsUrl);
    const question = await readBody(request, AzureCheckSchema);
    const answer = await askUsable(df.getClient(context), question);
    const rest = await wiring.azureDevOpsAs(token);
    void callBack(rest, check, resultOf(answer)).catch((error: unknown) =>
      context.error(`${question.model}: the decision was not called back: ${(error as Error).message}`),
    );
    return { jsonBody: answer };
  },
});
