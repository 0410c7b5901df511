import { createHash } from 'node:crypto';
import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { verifyGitHub } from '../shared/controllers/github-signature.ts';
import { startOnce } from '../shared/dispatch/instances.ts';
import { RatchetError } from '../shared/errors.ts';
import { parseBody, readBytes } from '../shared/http/read-body.ts';
import { answering } from '../shared/http/respond.ts';
import { wiring } from '../shared/wiring.ts';

/** With repository, organization and pull requests in full. */
const longestBodyBytes = 512 * 1024;

/**
 * Webhooks of a GitHub App, signed with its secret: a deployment that waits is answered by an orchestration of its own, whose
 * id is made of the body. A delivery that comes again, under whatever id, starts nothing.
 */
app.http('github-hook', {
  route: 'hooks/github',
  methods: ['POST'],
  authLevel: 'anonymous',
  extraInputs: [df.input.durableClient()],
  handler: answering(async (request, context) => {
    const { gitHubHookSecrets: secrets, github } = await wiring.settings();
    if (secrets.length === 0) {
      throw new RatchetError(
        'not-found',
        'webhooks of GitHub are off: RATCHET_GITHUB_HOOK_SECRET is not set; set it as docs/foreign-controllers.md shows',
      );
    }
    const body = await readBytes(request, longestBodyBytes);
    verifyGitHub(request.headers.get('x-hub-signature-256'), body, secrets);
    const event = request.headers.get('x-github-event');
    if (event !== 'deployment_protection_rule') return { jsonBody: { ignored: 'event' } };
    const { ProtectionRuleSchema, readProtectionRule } = await import(
      '../shared/controllers/protection-rule.ts'
    );
    const parsed = parseBody(body, ProtectionRuleSchema);
    if (parsed.action !== 'requested') return { jsonBody: { ignored: 'action' } };
    const input = readProtectionRule(parsed, github.url);
    const instanceId = `deployment-${createHash('sha256').update(body).digest('hex').slice(0, 40)}`;
    const model = 'model' in input.question ? input.question.model : '';
    const subject = { signal: `deployment ${parsed.deployment.id}`, model };
    const started = await startOnce(df.getClient(context), {
      ...{ orchestrator: 'guard-deployment', instanceId, input, subject },
    });
    return { status: 202, jsonBody: { deployment: parsed.deployment.id, repeated: started === 'repeated' } };
  }),
});
