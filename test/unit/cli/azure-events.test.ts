import { describe, expect, it } from 'vitest';
import { type AzureSubscription, judge } from '../../../cli/doctor/azure-events.ts';

const host = 'func-1.azurewebsites.net';
const agreed = { name: 'ratchet-prod', provisioningState: 'Succeeded' };
const states = (all: readonly AzureSubscription[]) => judge(all, host).map(({ state, saw }) => [state, saw]);

describe('the subscriptions of a workspace in Azure', () => {
  it.each<[string, AzureSubscription]>([
    [
      'a queue, with the identity of the topic, as azd up makes it',
      {
        ...agreed,
        destination: null,
        deliveryWithResourceIdentity: { destination: { endpointType: 'ServiceBusQueue' } },
      },
    ],
    ['a queue', { ...agreed, destination: { endpointType: 'ServiceBusQueue' } }],
    [
      'the function',
      {
        ...agreed,
        destination: {
          endpointType: 'AzureFunction',
          resourceId: '/sites/func-1/functions/workspace-events',
        },
      },
    ],
    [
      'the webhook of this service',
      {
        ...agreed,
        destination: {
          endpointType: 'WebHook',
          endpointBaseUrl: `https://${host}/runtime/webhooks/eventgrid`,
        },
      },
    ],
  ])('are found where one delivers to %s', (_, subscription) => {
    expect(states([subscription])).toEqual([['ok', 'ratchet-prod is agreed']]);
  });

  it('are missed where each delivers elsewhere', () => {
    const elsewhere = [
      {
        ...agreed,
        destination: { endpointType: 'WebHook', endpointBaseUrl: 'https://other.azurewebsites.net/hook' },
      },
      { ...agreed, destination: { endpointType: 'AzureFunction', resourceId: '/sites/x/functions/other' } },
      { ...agreed },
    ];
    expect(states(elsewhere)).toEqual([['problem', 'no subscription delivers to this service']]);
  });

  it('are told once where two lists have them, and with what is wrong', () => {
    const one = {
      ...agreed,
      provisioningState: 'AwaitingManualAction',
      destination: { endpointType: 'ServiceBusQueue' },
    };
    expect(states([one, one])).toEqual([
      ['problem', 'ratchet-prod is AwaitingManualAction: its handshake has not been answered'],
    ]);
  });
});
