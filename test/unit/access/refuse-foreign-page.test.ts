import { describe, expect, it } from 'vitest';
import { refuseForeignPage } from '../../../shared/access/refuse-foreign-page.ts';

const url = 'https://ratchet.example.com/api/signed-in/fleet/operations';
const json = { 'content-type': 'application/json' };
const ask = (method: string, headers: Record<string, string>) => () =>
  refuseForeignPage({ method, url, headers: new Headers(headers) });

describe('a request of a browser', () => {
  it.each([
    ['the command line', 'POST', json],
    [
      'our own page',
      'POST',
      { ...json, origin: 'https://ratchet.example.com', 'sec-fetch-site': 'same-origin' },
    ],
    ['our own page, by http behind a proxy', 'POST', { ...json, origin: 'http://ratchet.example.com' }],
    [
      'a link elsewhere that is followed',
      'GET',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
    ],
    ['JSON with a character set', 'POST', { 'content-type': 'Application/JSON; charset=utf-8' }],
  ])('from %s passes', (_who, method, headers) => {
    expect(ask(method, headers as Record<string, string>)).not.toThrow();
  });

  it.each([
    ['another site', { ...json, origin: 'https://evil.example' }],
    ['a site that begins as ours', { ...json, origin: 'https://ratchet.example.com.evil.example' }],
    ['another port', { ...json, origin: 'https://ratchet.example.com:8443' }],
    ['a sandbox', { ...json, origin: 'null' }],
    ['no origin at all', { ...json, origin: '' }],
    ['what the browser calls another site', { ...json, 'sec-fetch-site': 'cross-site' }],
    ['what the browser calls the same site', { ...json, 'sec-fetch-site': 'same-site' }],
    ['a word no browser says', { ...json, 'sec-fetch-site': 'SAME-ORIGIN' }],
  ])('from %s is refused with 403', (_who, headers) => {
    expect(ask('POST', headers)).toThrow(expect.objectContaining({ status: 403 }));
  });

  it('from a page of another site is refused when it reads, too', () => {
    expect(ask('GET', { origin: 'https://evil.example' })).toThrow(expect.objectContaining({ status: 403 }));
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    '',
    'text/json',
  ])('with a body of type "%s", which a form can send, is refused with 415', (type) => {
    expect(ask('POST', { 'content-type': type })).toThrow(expect.objectContaining({ status: 415 }));
    expect(ask('POST', {})).toThrow(expect.objectContaining({ status: 415 }));
  });
});
