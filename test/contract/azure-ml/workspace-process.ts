/** A workspace in a process of its own, to be killed. Its settings come as JSON in the first argument. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startAzureMl } from '../../../local/azure-ml/index.ts';
import { SystemClock } from '../../../local/clock/clock.ts';
import { Work } from '../../../local/clock/work.ts';
import type { CloudContext } from '../../../local/cloud-context.ts';
import { startIdentity } from '../../../local/identity/index.ts';
import { openTls } from '../../../local/tls/index.ts';

export interface ProcessSettings {
  readonly home: string;
  readonly blob: { readonly endpoint: string; readonly connectionString: string };
}

/** The one line it prints when it is ready. */
export interface ProcessReady {
  readonly endpoint: string;
  readonly token: string;
  readonly ca: string;
}

const { home, blob } = JSON.parse(process.argv[2] ?? '') as ProcessSettings;
const context = (name: string): CloudContext => {
  mkdirSync(join(home, name), { recursive: true });
  return {
    home: join(home, name),
    clock: new SystemClock(),
    work: new Work(),
    log: () => {},
    publish: (_topic, events) =>
      appendFileSync(
        join(home, 'events.jsonl'),
        events.map((event) => `${JSON.stringify(event)}\n`).join(''),
      ),
  };
};
const tls = openTls(join(home, 'tls'));
const identity = await startIdentity({ ...context('identity'), port: 0 });
const azureMl = await startAzureMl({ ...context('azure-ml'), port: 0, tls, identity, blob });
const { token } = identity.issue({ resource: 'https://management.azure.com', subject: 'app' });
const ready: ProcessReady = { endpoint: azureMl.endpoint, token, ca: tls.ca };
console.log(JSON.stringify(ready));
