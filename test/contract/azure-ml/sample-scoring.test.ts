/** The sample model served by its own scoring script. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { slotsOf } from '../../../examples/spam-filter/features.ts';
import { newModel, saveModel, score } from '../../../examples/spam-filter/model.ts';
import { at } from './online-fixture.ts';
import { modelId, openScoring, type Scoring, toDeployment } from './serving-fixture.ts';
import { codeUri, idOf } from './workspace-fixture.ts';

const files = ['score-server.ts', 'model.ts', 'features.ts', 'package.json'];
const model = newModel();
model.bias = -0.5;
for (const slot of slotsOf('cheap pills')) model.weights[slot] = 2;

let s: Scoring;
beforeAll(async () => {
  s = await openScoring();
  await s.workspace.addCode(
    'scoring',
    Object.fromEntries(files.map((file) => [file, readFileSync(`examples/spam-filter/${file}`, 'utf8')])),
  );
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-sample-'));
  saveModel(folder, model);
  for (const file of ['model.json', 'weights.f32'])
    await s.workspace.container.getBlockBlobClient(`runs/r1/model/${file}`).uploadFile(join(folder, file));
  rmSync(folder, { recursive: true });
  const properties = { modelUri: codeUri('runs/r1/model/') };
  await s.client.modelVersions.createOrUpdate(...at, 'spam', '7', { properties });
  await s.makeEndpoint('mail');
  const body = s.echoed({
    model: modelId('spam', '7'),
    environmentId: idOf('environments', 'none'),
    codeConfiguration: { codeId: idOf('codes', 'scoring'), scoringScript: 'score-server.ts' },
    environmentVariables: { RATCHET_MODEL_NAME: 'spam', RATCHET_MODEL_VERSION: '7' },
  });
  await s.deploy('mail', 'blue', body);
});
afterAll(() => s.workspace.close());

it('mail is scored as the model says, with the version that says it', async () => {
  const call = await s.caller('mail');
  const mails = [{ id: 'a', text: 'cheap pills' }, { text: 'see you at noon' }];
  const answer = await call({ mails }, toDeployment('blue'));
  const [spam, ham] = mails.map(({ text }) => score(model, slotsOf(text)));
  expect(answer.json).toEqual({
    predictions: [
      { id: 'a', score: spam, label: 1 },
      { score: ham, label: 0 },
    ],
    model: { name: 'spam', version: '7' },
  });
});

it.each([
  [{}, /mails: expected a list/],
  [{ mails: 'x' }, /mails: expected a list/],
  [{ mails: [{ id: 1 }] }, /mails\[0\].text: expected a text/],
  [{ mails: [null] }, /mails\[0\].text: expected a text/],
])('of %j it is told what is wrong, and goes on', async (body, says) => {
  const call = await s.caller('mail');
  const answer = await call(body, toDeployment('blue'));
  expect(answer.status).toBe(424);
  expect(answer.headers['ms-azureml-model-error-statuscode']).toBe('400');
  expect(answer.json.error).toMatch(says);
  expect((await call({ mails: [] }, toDeployment('blue'))).status).toBe(200);
});
