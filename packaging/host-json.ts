/**
 * host.json for one of the backends of Durable Functions. Pure.
 *
 * Application settings could change it as well (`AzureFunctionsJobHost__…`), but for the host alone: what scales the app reads
 * the provider, its limits and the hub from the file in the package (FunctionsSyncManager of azure-functions-host), and would
 * look at queues where no work comes.
 */

const providers: Readonly<Record<string, object | null>> = {
  // As the file has it.
  azureStorage: null,
  durableTaskScheduler: {
    type: 'azureManaged',
    connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING',
  },
};

/** Throws where there is no such backend. */
export function hostJsonFor(backend: string, text: string): string {
  if (!Object.hasOwn(providers, backend))
    throw new Error(
      `RATCHET_DURABLE_BACKEND must be ${Object.keys(providers).join(' or ')}; found ${JSON.stringify(backend)}; correct it with azd env set`,
    );
  const provider = providers[backend];
  if (!provider) return text;
  const host = JSON.parse(text);
  host.extensions.durableTask.storageProvider = provider;
  return `${JSON.stringify(host, null, 2)}\n`;
}
