/** What `ratchet upgrade check --json` prints. */
import { z } from 'zod';

const why = z.string().nullable().describe('Null where it goes on, else why not.');

export const upgradeOutput = z.strictObject({
  goesOn: z.boolean().describe('Whether all of it does, and nothing has failed.'),
  package: z.string().describe('The folder of the app that is to take over.'),
  packageVersion: z.string(),
  hub: z.string(),
  orchestrations: z.array(
    z.strictObject({
      instanceId: z.string(),
      orchestrator: z.string(),
      events: z.int().describe('Events of its history that were replayed; 0 where it has not begun.'),
      why,
    }),
  ),
  entities: z.array(z.strictObject({ name: z.string(), key: z.string(), why })),
  failed: z
    .array(
      z.strictObject({ instanceId: z.string(), orchestrator: z.string(), at: z.string(), why: z.string() }),
    )
    .describe('With --since: what has failed since.'),
  modelFiles: z.array(z.string()).describe('Problems of the model files in the package.'),
});

export type Takeover = z.infer<typeof upgradeOutput>;
