/** What an approval stage and its notices must be like, and what is said of one that is not. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseModelFile } from '../../../shared/config/load.ts';

const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8').replace(/^release:[\s\S]*/m, '');

function problemsOf(stage: string, more = ''): string[] {
  const text = `${sample}release:
  target: { kind: online-endpoint, endpoint: front, instanceType: Standard_DS3_v2 }
  stages:
    - { stage: ask, kind: approval, ${stage} }
    - { stage: all, kind: production }
${more}`;
  const parsed = parseModelFile('m.yaml', text);
  return 'problems' in parsed ? parsed.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

const hours = 'hours: { zone: Europe/Berlin }';

describe('an approval stage', () => {
  it.each([
    'within: P3D, end: ask, remind: P1D, escalate: { after: P2D, to: [on-call] }',
    `within: P3D, remind: PT4H, ${hours}`,
    "within: P1D, hours: { days: 'sun-thu', from: '08:30', to: '24:00', zone: Asia/Dubai }",
    "within: P1D, hours: { days: 'mon,wed-fri', zone: UTC }",
    'by: [leads], escalate: { after: P1D, by: [heads] }',
  ])('may have %s', (stage) => expect(problemsOf(stage)).toEqual([]));

  it.each([
    ['escalate: { after: P1D }', /escalate: it has to tell somebody \(to\), or let somebody approve \(by\)/],
    ['escalate: { after: P1D, by: [heads] }', /escalate\.by: by: everybody who has the role may approve/],
    ['within: P1D, escalate: { after: P1D, to: [x] }', /escalate\.after: after: it would never come to that/],
    ['within: P1D, remind: P1D', /remind: nobody would be reminded, for P1D is over by then; .*found P1D/],
    [`within: P1D, remind: PT8H, ${hours}`, /remind: nobody would be reminded/],
    ['remind: PT1S', /remind: at least 5 minutes, PT5M; found "PT1S"/],
    ['end: promote', /end: .*reject.*ask/],
    ['hours: {}', /hours\.zone/],
    ['hours: { zone: Mars/Olympus }', /hours\.zone: an IANA time zone, such as Europe\/Berlin/],
    ["hours: { zone: UTC, days: 'mon-fri-sun' }", /hours\.days: days and ranges of days/],
    ['hours: { zone: UTC, days: weekdays }', /hours\.days: days and ranges of days.*found "weekdays"/],
    ["hours: { zone: UTC, from: '9:00' }", /hours\.from: a time of day, such as 09:00.*found "9:00"/],
    ["hours: { zone: UTC, to: '24:30' }", /hours\.to: a time of day/],
    ["hours: { zone: UTC, from: '17:00', to: '09:00' }", /hours\.to: to is at least an hour later than from/],
    [
      "within: PT1440H, hours: { zone: UTC, days: mon, from: '09:00', to: '10:00' }",
      /within: with these hours PT1440H is over after about 10080 days/,
    ],
    ['reminder: P1D', /reminder: unknown field.*remind/],
  ])('may not have %s', (stage, message) => expect(problemsOf(stage).join('\n')).toMatch(message));

  it.each([
    ['notices: [{ to: Leads }]', /notices\.0\.to: a receiver of notices: lower-case letters/],
    ['notices: [{ to: https://hooks.slack.com/services/X }]', /notices\.0\.to: a receiver of notices/],
    ['notices: [{ to: leads, about: [everything] }]', /notices\.0\.about\.0/],
    ['notices: [{ to: leads }, { to: leads, about: [approval] }]', /notices: each receiver is listed once/],
    ['notices: []', /notices/],
    ['notices: [{ to: leads, abaut: [approval] }]', /notices\.0\.abaut: unknown field.*about/],
  ])('is beside no %s', (notices, message) => {
    expect(problemsOf('need: 1', `${notices}\n`).join('\n')).toMatch(message);
  });
});
