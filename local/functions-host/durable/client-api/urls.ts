/** The addresses of the management API, as handed to the durable client and to callers. */

const managementRoot = 'runtime/webhooks/durabletask';
const rpcRoot = 'durabletask';

/** Query that the real host appends to every link; without effect here. */
const requiredQuery = (hubName: string): string =>
  `taskHub=${encodeURIComponent(hubName)}&connection=Storage`;

type ManagementUrls = Readonly<Record<string, string>>;

/** Links to one instance. `id` goes into them as it is: encode it first. */
export function managementUrls(origin: string, hubName: string, id: string): ManagementUrls {
  const instance = `${origin}/${managementRoot}/instances/${id}`;
  const query = requiredQuery(hubName);
  return {
    id,
    statusQueryGetUri: `${instance}?${query}`,
    sendEventPostUri: `${instance}/raiseEvent/{eventName}?${query}`,
    terminatePostUri: `${instance}/terminate?reason={text}&${query}`,
    rewindPostUri: `${instance}/rewind?reason={text}&${query}`,
    purgeHistoryDeleteUri: `${instance}?${query}`,
    restartPostUri: `${instance}/restart?${query}`,
    suspendPostUri: `${instance}/suspend?reason={text}&${query}`,
    resumePostUri: `${instance}/resume?reason={text}&${query}`,
  };
}

/** The text of a `durableClient` input binding. The library calls `rpcBaseUrl`, which must end in a slash. */
export function renderClientBinding(origin: string, hubName: string): string {
  const base = `${origin}/${managementRoot}`;
  const query = requiredQuery(hubName);
  const create = `${base}/orchestrators/{functionName}[/{instanceId}]`;
  return JSON.stringify({
    taskHubName: hubName,
    connectionName: null,
    creationUrls: {
      createNewInstancePostUri: `${create}?${query}`,
      createAndWaitOnNewInstancePostUri: `${create}?timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}&${query}`,
    },
    managementUrls: managementUrls(origin, hubName, 'INSTANCEID'),
    baseUrl: base,
    requiredQueryStringParameters: query,
    rpcBaseUrl: `${origin}/${rpcRoot}/`,
    httpBaseUrl: null,
  });
}
