import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CloudState } from '../../local/launch/cloud-state.ts';
import { type LaunchOptions, launchLocalCloud } from '../../local/launch/local-cloud.ts';
import { publishSampleCode } from '../../local/launch/sample-model.ts';

export interface SampleService {
  /** Its state folder, by which the command line finds it. */
  readonly home: string;
  readonly url: string;
  /** Control roots of its processes, for `local/clock/advance.ts`. */
  controls(): readonly string[];
  cloud(): CloudState;
  stop(): Promise<void>;
}

/** The service with the sample model files and their code, as `npm start` leaves it. */
export async function launchSampleService(options: Partial<LaunchOptions> = {}): Promise<SampleService> {
  const home = mkdtempSync(join(tmpdir(), 'ratchet-readme-'));
  const local = await launchLocalCloud({ home, ...options });
  await publishSampleCode(local.cloud());
  return {
    home,
    url: local.hostUrl,
    controls: () => local.controls(),
    cloud: () => local.cloud(),
    async stop() {
      await local.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
