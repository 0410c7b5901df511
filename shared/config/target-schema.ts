/**
 * What serves a model, as its release changes it.
 *
 * Owns: shape, units, defaults and the text of the reference page. Does not own: what is sent (shared/release/targets).
 */
import { z } from 'zod';
import { asset } from './asset-field.ts';
import { duration, variableName } from './fields.ts';

const onlineName = z
  .string()
  .regex(
    /^(?=.{3,32}$)[A-Za-z](?:-?[A-Za-z0-9])*$/,
    '3 to 32 letters, digits and single hyphens, beginning with a letter',
  );

/** Of smoke requests, which are a part of every run's pinned content. */
export const smokeRequestsAtMost = 20;
export const smokeBytesAtMost = 65_536;

const SmokeSchema = z
  .strictObject({
    requests: z
      .array(z.json())
      .max(smokeRequestsAtMost)
      .refine((all) => JSON.stringify(all).length <= smokeBytesAtMost, 'at most 64 KB together')
      .default([])
      .describe(
        'Bodies of requests that the deployment must answer with 200 before it gets any traffic. Omitted: those of `file`.',
      ),
    file: z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.jsonl?$/,
        'the name of a file beside the model file, such as spam-filter.smoke.jsonl',
      )
      .optional()
      .describe(
        'File with the requests, beside the model file: one a line in a `.jsonl` file, a list in a `.json` file; 1 to 20 requests, 64 KB at most. It is read with the model file, and a run keeps the requests that it began with. Omitted: they are in `requests`.',
      ),
    versionAt: z
      .string()
      .regex(/^(?:\/(?:[^~/]|~[01])+)+$/, 'a JSON pointer (RFC 6901), such as /model/version')
      .default('/model/version')
      .describe(
        'Where in an answer the version of the model stands, as a JSON pointer: an answer that bears another version, or none, is not believed.',
      ),
  })
  .refine(({ requests, file }) => requests.length > 0 || file !== undefined, {
    message: 'has no requests; give some in requests, or name a file with them',
  })
  .refine(({ requests, file }) => requests.length === 0 || file === undefined, {
    message: 'has requests and a file with requests; give one of the two',
  });

const endpoint = onlineName.describe('Name of the endpoint. It is there already: a release creates none.');

const instances = z
  .int()
  .min(1)
  .max(50)
  .default(1)
  .describe('How many machines, or replicas on Kubernetes, serve a deployment.');

/** What both kinds of endpoint are served with, and how they are watched. */
const serving = {
  concurrency: z
    .int()
    .min(1)
    .max(1_000)
    .default(1)
    .describe(
      'How many requests a machine takes at once, as many as the scoring code can; what comes beyond is answered 429. The default is that of the service.',
    ),
  environment: asset('environments')
    .optional()
    .describe(
      'Environment of the deployment, as NAME:VERSION after `azureml:`, or one of a registry, `azureml://registries/REGISTRY/environments/NAME/versions/VERSION`. Omitted: an MLflow model.',
    ),
  code: asset('codes')
    .optional()
    .describe('Scoring code of the deployment. Omitted: the environment holds it, or an MLflow model.'),
  script: z
    .string()
    .regex(
      /^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$))[A-Za-z0-9._/-]{1,200}$/,
      'a file within the code, such as score.py',
    )
    .optional()
    .describe('The file in `code` that serves. Needed with `code`.'),
  settings: z
    .record(variableName, z.string().max(2_000))
    .default({})
    .describe(
      'Environment variables of the deployment; never secrets. Every deployment has `RATCHET_MODEL_NAME`, `RATCHET_MODEL_VERSION` and `RATCHET_RELEASE`, too, from which scoring code tells the version it answers with.',
    ),
  smoke: SmokeSchema.optional().describe(
    'Requests that a deployment must answer before it gets traffic, and again before a rollback is called done. Omitted: none, and only the version of its model that the workspace reports is read back.',
  ),
  readyWithin: duration('readyWithin', { least: 'PT1M', most: 'PT6H' })
    .default('PT1H')
    .describe('How long a deployment may take to become ready, as an ISO 8601 duration.'),
  onNewCandidate: z
    .enum(['queue', 'supersede'])
    .default('queue')
    .describe(
      'What becomes of a version that is to be released while another release holds the endpoint. `queue`: it waits. `supersede`: the older release is rolled back first, unless it serves everybody already.',
    ),
  lookEvery: duration('lookEvery', { least: 'PT10S', most: 'PT6H' })
    .default('PT5M')
    .describe(
      'Longest pause between two looks at what the endpoint serves and at the checks, while anything but a settled version serves.',
    ),
};

const ManagedTargetSchema = z.strictObject({
  kind: z
    .literal('online-endpoint')
    .describe('A managed online endpoint of Azure Machine Learning, one deployment for each version.'),
  endpoint,
  instanceType: z
    .string()
    .regex(/^[A-Za-z0-9_]{1,64}$/, 'a size of machine, such as Standard_DS3_v2')
    .describe('Size of the machines that serve a deployment.'),
  instances,
  ...serving,
});

/** A quantity of Kubernetes: 500m, 2, 1.5, 4Gi. */
const quantity = z
  .string()
  .regex(
    /^(?:\d{1,6}|\d{1,6}\.\d{1,3})(?:m|k|Ki|M|Mi|G|Gi|T|Ti)?$/,
    'a quantity of Kubernetes, such as 500m or 2Gi',
  );

const share = (what: string) =>
  z
    .strictObject({
      cpu: quantity.optional().describe(`Processor ${what}, such as \`500m\`.`),
      memory: quantity.optional().describe(`Memory ${what}, such as \`2Gi\`.`),
      gpu: quantity.optional().describe(`Graphics cards ${what}.`),
    })
    .optional()
    .describe(
      `What a replica ${what === 'at least' ? 'needs' : 'may take'}. Omitted: what the instance type says.`,
    );

const KubernetesTargetSchema = z.strictObject({
  kind: z
    .literal('kubernetes-endpoint')
    .describe('An online endpoint of Azure Machine Learning on a Kubernetes cluster of your own.'),
  endpoint,
  instanceType: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/, 'an instance type of the cluster, in lower case')
    .optional()
    .describe(
      'Instance type of the cluster that replicas run on, as its InstanceType resources name it. Omitted: the default one of the cluster.',
    ),
  instances,
  resources: z
    .strictObject({ requests: share('at least'), limits: share('at most') })
    .default({})
    .describe('What a replica asks of the cluster.'),
  requestsTable: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_]{0,62}$/, 'the name of a table, such as EndpointRequests_CL')
    .optional()
    .describe(
      "Table of the Log Analytics workspace that has the endpoint's requests, with the columns of AmlOnlineEndpointTrafficLog: the service writes none for Kubernetes, so it is yours to fill. Omitted: there is none, and stages can have no checks.",
    ),
  ...serving,
});

export const TargetSchema = z.discriminatedUnion('kind', [ManagedTargetSchema, KubernetesTargetSchema]);

export type TargetConfig = z.infer<typeof TargetSchema>;
export type KubernetesTarget = z.infer<typeof KubernetesTargetSchema>;
