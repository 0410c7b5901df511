/** The chain as a Restate service: each step is journaled by the server before the next begins. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http2';
import { createEndpointHandler, service } from '@restatedev/restate-sdk';

const steps = 5;
const [stateFile] = process.argv.slice(2);

const chain = service({
  name: 'chain',
  handlers: {
    run: async (context, start) => {
      let value = start;
      for (let step = 0; step < steps; step++) value = await context.run('add-one', () => value + 1);
      return value;
    },
  },
});

const server = createServer(createEndpointHandler({ services: [chain] }));
server.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  writeFileSync(stateFile, JSON.stringify({ pid: process.pid, url }));
});
process.on('SIGTERM', () => process.exit(0));
