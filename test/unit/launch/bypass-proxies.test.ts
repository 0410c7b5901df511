import { expect, it } from 'vitest';
import { bypassProxies } from '../../../local/launch/bypass-proxies.ts';

it.each([
  [{}, '127.0.0.1,localhost'],
  [{ NO_PROXY: '' }, '127.0.0.1,localhost'],
  [{ NO_PROXY: 'intranet, .corp' }, 'intranet,.corp,127.0.0.1,localhost'],
  [{ no_proxy: 'intranet', NO_PROXY: 'localhost' }, 'localhost,intranet,127.0.0.1'],
])('the machine itself is added to the exceptions of %j, in either spelling', (before, each) => {
  const environment: NodeJS.ProcessEnv = { ...before };
  bypassProxies(environment);
  expect(environment).toEqual({ NO_PROXY: each, no_proxy: each });
});
