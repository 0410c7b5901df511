/**
 * Scores mail over HTTP: the sample model as a deployment of an online endpoint serves it.
 *
 *   AZUREML_MODEL_DIR=FOLDER [SERVER_PORT=5001] [RATCHET_MODEL_NAME=NAME] [RATCHET_MODEL_VERSION=VERSION] node score-server.ts
 *
 *   GET  /       200 while it lives
 *   POST /score  {"mails": [{"id": "1", "text": "..."}]}; an id may be left out
 *                {"predictions": [{"id": "1", "score": 0.98, "label": 1}], "model": {"name": "...", "version": "..."}}
 *
 * A client's mistake is answered 400 with what is wrong, and harms nobody else.
 */
import { existsSync, readdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { slotsOf } from './features.ts';
import { loadModel, score } from './model.ts';

const { AZUREML_MODEL_DIR: modelFolder, SERVER_PORT: port = '5001' } = process.env;
const { RATCHET_MODEL_NAME: name = null, RATCHET_MODEL_VERSION: version = null } = process.env;
if (!modelFolder) throw new Error('AZUREML_MODEL_DIR is missing: name the folder that holds the model');

const model = loadModel(findModel(modelFolder));
const about = { name, version };
const spamFrom = 0.5;
const mostBytes = 10 * 1024 * 1024;

const server = createServer((request, response) => {
  void answer(request).then(
    ({ status, body }) => reply(response, status, body),
    (error: unknown) =>
      reply(response, 500, { error: error instanceof Error ? error.message : String(error) }),
  );
});
server.listen(Number(port), '127.0.0.1', () =>
  console.log(`scores ${JSON.stringify(about)} on port ${port}`),
);

/** In the folder itself, or where the service has put it: in one below, named like the folder it was registered from. */
function findModel(folder: string): string {
  const folders = [folder, ...readdirSync(folder).map((name) => join(folder, name))];
  const found = folders.find((each) => existsSync(join(each, 'model.json')));
  if (found !== undefined) return found;
  throw new Error(`${folder}: there is no model.json in it, nor in a folder below`);
}

interface Reply {
  readonly status: number;
  readonly body: object;
}

async function answer(request: IncomingMessage): Promise<Reply> {
  const path = (request.url ?? '/').split('?', 1)[0];
  if (request.method === 'GET' && path === '/') return { status: 200, body: { status: 'ok', model: about } };
  if (path !== '/score') return { status: 404, body: { error: 'ask POST /score' } };
  if (request.method !== 'POST') return { status: 405, body: { error: 'ask POST /score' } };
  const text = await readText(request);
  if (text === null) return wrong(`the body is longer than ${mostBytes} bytes; send fewer mails at once`);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    return wrong(`the body is not JSON: ${(error as Error).message}`);
  }
  return predict(body);
}

async function readText(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= mostBytes) chunks.push(chunk);
  }
  return length > mostBytes ? null : Buffer.concat(chunks).toString('utf8');
}

function predict(body: unknown): Reply {
  const { mails } = (body ?? {}) as { mails?: unknown };
  if (!Array.isArray(mails)) return wrong('mails: expected a list of {"id", "text"}');
  const predictions: object[] = [];
  for (const [index, mail] of mails.entries()) {
    const { id, text } = (mail ?? {}) as { id?: unknown; text?: unknown };
    if (typeof text !== 'string') return wrong(`mails[${index}].text: expected a text, got ${typeof text}`);
    const probability = score(model, slotsOf(text));
    const label = probability >= spamFrom ? 1 : 0;
    predictions.push({ ...(id !== undefined && { id }), score: probability, label });
  }
  return { status: 200, body: { predictions, model: about } };
}

function wrong(error: string): Reply {
  return { status: 400, body: { error } };
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
