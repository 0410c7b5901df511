import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchLocalCloud } from '../../local/launch/local-cloud.ts';
import { publishSampleCode } from '../../local/launch/sample-model.ts';

export interface SampleService {
  /** Its state folder, by which the command line finds it. */
  readonly home: string;
  readonly url: string;
  stop(): Promise<void>;
}

/** The service with the sample model files and their code, as `npm start` leaves it. */
export async function launchSampleService(): Promise<SampleService> {
  const home = mkdtempSync(join(tmpdir(), 'ratchet-readme-'));
  const local = await launchLocalCloud({ home });
  await publishSampleCode(local.cloud());
  return {
    home,
    url: local.hostUrl,
    async stop() {
      await local.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
