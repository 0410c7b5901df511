/**
 * Has this process call the local cloud itself where its shell names a proxy (HTTPS_PROXY), which would look for 127.0.0.1 on
 * its own machine. Before the first client is made: the SDKs read the exceptions once.
 */
export function bypassProxies(environment: NodeJS.ProcessEnv = process.env): void {
  // Libraries differ in which spelling they prefer.
  const { NO_PROXY, no_proxy } = environment;
  const exceptions = [NO_PROXY, no_proxy, '127.0.0.1', 'localhost'].flatMap((list) => list?.split(',') ?? []);
  const each = [...new Set(exceptions.map((name) => name.trim()))].filter((name) => name !== '').join(',');
  Object.assign(environment, { NO_PROXY: each, no_proxy: each });
}
