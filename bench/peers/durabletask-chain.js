/**
 * The chain on the in-memory backend of @microsoft/durabletask-js, behind the smallest of HTTP servers: a POST starts
 * a chain and is answered with its result.
 */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import {
  InMemoryOrchestrationBackend,
  TestOrchestrationClient,
  TestOrchestrationWorker,
} from '@microsoft/durabletask-js';

const steps = 5;
const limitSeconds = 120;
const [stateFile] = process.argv.slice(2);

const backend = new InMemoryOrchestrationBackend();
const client = new TestOrchestrationClient(backend);
const worker = new TestOrchestrationWorker(backend);
worker.addNamedActivity('add-one', (_context, value) => value + 1);
worker.addNamedOrchestrator('chain', async function* chain(context, start) {
  let value = start;
  for (let step = 0; step < steps; step++) value = yield context.callActivity('add-one', value);
  return value;
});
await worker.start();

const server = createServer(async (request, response) => {
  try {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const id = await client.scheduleNewOrchestration('chain', JSON.parse(Buffer.concat(chunks).toString()));
    const state = await client.waitForOrchestrationCompletion(id, true, limitSeconds);
    response.setHeader('content-type', 'application/json').end(state.serializedOutput);
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
server.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  writeFileSync(stateFile, JSON.stringify({ pid: process.pid, url }));
});
process.on('SIGTERM', () => process.exit(0));
