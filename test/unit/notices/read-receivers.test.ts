import { describe, expect, it } from 'vitest';
import { readReceivers } from '../../../shared/notices/read-receivers.ts';
import { readSettings } from '../../../shared/settings.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const slack = 'https://hooks.slack.com/services/T000/B000/XXXXSECRETXXXX';
const flow =
  'https://prod-1.westeurope.logic.azure.com:443/workflows/f/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ft&sig=SECRETSIG';

describe('the receivers of notices', () => {
  it('are read by name, whatever stands in their addresses', () => {
    const read = readReceivers(
      `ml-leads=teams ${flow}; ops=slack ${slack};\naudit=webhook http://127.0.0.1:7001/notices ${secret};`,
    );
    expect([...(read as ReadonlyMap<string, unknown>)]).toEqual([
      ['ml-leads', { kind: 'teams', url: flow, key: null }],
      ['ops', { kind: 'slack', url: slack, key: null }],
      ['audit', { kind: 'webhook', url: 'http://127.0.0.1:7001/notices', key: Buffer.alloc(32, 7) }],
    ]);
  });

  it.each([
    ['', new Map()],
    [`ops=slack ${slack}; =teams ${flow}`, /^entry 2: it begins with a name/],
    [`Ops=slack ${slack}`, /^entry 1: it begins with a name/],
    [slack, /^entry 1: it begins with a name/],
    [`ops=slack ${slack};ops=teams ${flow}`, /^entry 2, ops: the name is there twice/],
    [`ops=mail ops@example.com`, /^entry 1, ops: after = comes its kind: teams, slack, webhook/],
    ['ops=slack', /^entry 1, ops: after its kind comes an address/],
    ['ops=slack hooks', /^entry 1, ops: after its kind comes an address/],
    [`ops=slack ${slack.replace('https', 'http')}`, /^entry 1, ops: the address begins with https/],
    ['ops=slack http://127.0.0.1.evil.example/x', /^entry 1, ops: the address begins with https/],
    ['ops=slack http://10.0.0.1/x', /^entry 1, ops: the address begins with https/],
    ['ops=slack file:///etc/passwd', /^entry 1, ops: the address begins with https/],
    ['ops=slack https://ada:secret@hooks.example/x', /^entry 1, ops: the address has no user/],
    [`ops=slack ${slack} ${secret}`, /^entry 1, ops: slack takes no secret/],
    ['ops=webhook https://a.example/x', /^entry 1, ops: a webhook is signed/],
    ['ops=webhook https://a.example/x whsec_c2hvcnQ=', /^entry 1, ops: a webhook is signed/],
    [
      `ops=webhook https://a.example/x ${secret} more`,
      /^entry 1, ops: it has a kind, an address and a secret/,
    ],
  ])('are %j', (text, what) => {
    const read = readReceivers(text);
    if (what instanceof Map) return expect(read).toEqual(what);
    expect((read as { wrong: string }).wrong).toMatch(what);
  });

  it('that are wrong are named in one message, without addresses and secrets', () => {
    const env = {
      RATCHET_WORKSPACE_ID:
        '/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w',
      RATCHET_CONTAINER: 'container',
      RATCHET_STORAGE: 'UseDevelopmentStorage=true',
      RATCHET_NOTICES: `ops=slack ${slack};audit=webhook https://a.example/secret-path whsec_SECRETSECRET`,
    };
    const error = (() => {
      try {
        return readSettings(env);
      } catch (thrown) {
        return thrown as Error;
      }
    })() as Error;
    expect(error.message).toContain('RATCHET_NOTICES must be receivers of notices');
    expect(error.message).toContain('of which entry 2, audit: a webhook is signed');
    expect(error.message).not.toMatch(/XXXXSECRETXXXX|secret-path|whsec_SECRETSECRET/);
  });
});
