/** Serving where the cloud's clock stands still: processes live in real time, what is told of them goes by the clock. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { VirtualClock } from '../../../local/clock/clock.ts';
import { until } from '../../until.ts';
import { at, endpoint, often } from './online-fixture.ts';
import { openScoring, type Scoring, toDeployment } from './serving-fixture.ts';

const clock = new VirtualClock(Date.parse('2031-05-04T03:02:01.000Z'));
let s: Scoring;
beforeAll(async () => {
  s = await openScoring({ clock, random: () => 0 });
});
afterAll(() => s.workspace.close());

const pass = () => clock.setNow(clock.nextDueMs() ?? clock.now());

async function ended<T>(begun: Promise<{ pollUntilDone(): Promise<T> }>): Promise<T> {
  const poller = await begun;
  pass();
  return poller.pollUntilDone();
}
const putEndpoint = (traffic: Record<string, number>) =>
  s.client.onlineEndpoints.beginCreateOrUpdate(...at, 'front', endpoint({ traffic }), often);

it('a deployment is made in no time of the clock but its own, and its start counts as work', async () => {
  await ended(putEndpoint({}));
  for (const name of ['blue', 'green']) {
    const body = s.echoed({}, { MODEL: name });
    const poller = await s.client.onlineDeployments.beginCreateOrUpdate(...at, 'front', name, body, often);
    const begunMs = clock.now();
    expect(s.workspace.work.busy).toBe(0);
    pass();
    expect(s.workspace.work.busy).toBe(1);
    const made = await poller.pollUntilDone();
    expect(made.properties.provisioningState).toBe('Succeeded');
    expect(clock.now()).toBe(begunMs + 1_000);
    await until(() => s.workspace.work.busy === 0);
  }
});

it('requests go by the old weights until the new ones have succeeded', async () => {
  await ended(putEndpoint({ blue: 100 }));
  const call = await s.caller('front');
  const poller = await putEndpoint({ green: 100 });
  const { properties } = await s.client.onlineEndpoints.get(...at, 'front');
  expect(properties).toMatchObject({ provisioningState: 'Updating', traffic: { green: 100 } });
  expect((await call()).json.model).toBe('blue');
  pass();
  await poller.pollUntilDone();
  expect((await call()).json.model).toBe('green');
});

it('a request is logged with the time of the clock', async () => {
  const call = await s.caller('front');
  await call({}, toDeployment('blue'));
  expect(s.rows().at(-1)).toMatchObject({
    TimeGenerated: new Date(clock.now()).toISOString(),
    EndpointName: 'front',
    DeploymentName: 'blue',
    ResponseCode: 200,
    ModelStatusCode: 200,
    AuthType: 'Key',
  });
});
