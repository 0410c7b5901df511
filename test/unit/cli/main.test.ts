import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../../cli/main.ts';
import { reports } from '../gates/sample-reports.ts';
import { capturePrinted } from './printed.ts';

const { out, err } = capturePrinted();

/** A service that answers every request with one status and body, and keeps what it was asked. */
async function serving(
  status: number,
  body: unknown,
  use: (url: string) => Promise<void>,
): Promise<string[]> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    const { authorization = '', 'x-functions-key': key = '' } = request.headers;
    asked.push(`${request.method} ${request.url} ${key}${authorization}`.trim());
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return asked;
}

describe('ratchet', () => {
  it('lists its commands and exits 0 for --help, 2 for nothing', async () => {
    expect(await main(['--help'])).toBe(0);
    expect(out.join('\n')).toContain('validate');
    expect(await main([])).toBe(2);
  });

  it('suggests the command that was meant', async () => {
    expect(await main(['desicions'])).toBe(2);
    expect(err[0]).toBe('ratchet: no command "desicions"; did you mean "decisions"?; see ratchet --help');
  });

  it('refuses an unknown option with the usage', async () => {
    expect(await main(['runs', '--modle', 'x'])).toBe(2);
    expect(err[0]).toContain("Unknown option '--modle'");
    expect(err[0]).toContain('ratchet runs RUN');
  });

  it('validates the sample model files', async () => {
    expect(await main(['validate', '--json'])).toBe(0);
    const { files, ...checked } = JSON.parse(out[0]!) as { files: string[] };
    expect(checked).toMatchObject({ valid: true, problems: [] });
    // A folder by name is that folder, and stands alone.
    expect(await main(['validate', 'models', '--json'])).toBe(0);
    expect(JSON.parse(out[1]!)).toMatchObject({ valid: true, files });
    expect(await main(['validate', 'models', files[0]!])).toBe(2);
    expect(err[0]).toContain('models is a folder; name a file in it');
  });

  it.each([
    ['test', 'models'],
    ['gate', 'plan', '--rows', '100', '--model', 'models'],
    ['backtest', 'm', '--events', 'models'],
    ['diff', 'm', '--file', 'models'],
  ])('says of a folder where %s takes a file that it is one', async (...args) => {
    expect(await main(args)).toBe(2);
    expect(err[0]).toContain('models is a folder; name a file in it');
  });

  it('asks the service with the key and prints its answer', async () => {
    const asked = await serving(200, { decisions: [] }, async (url) => {
      expect(await main(['decisions', '--url', url, '--key', 'k', '--outcome', 'admitted'])).toBe(0);
    });
    expect(asked).toEqual(['GET /api/decisions?outcome=admitted k']);
    expect(out).toEqual(['No decisions.']);
  });

  it('follows a run to its signals and back', async () => {
    const signal = {
      id: 'manual:m:1',
      model: 'm',
      summary: 'jane requests a run: new data',
      source: 'person:jane',
      observedAt: null,
    };
    const decision = {
      signal,
      outcome: 'admitted',
      reason: 'idle',
      sentence: 'Admitted.',
      changedBy: '',
      offeredAt: '2026-03-01T00:00:00.000Z',
      decidedAt: '2026-03-01T00:00:00.000Z',
    };
    const run = {
      runId: 'm-20260301-1f2e3d4c',
      signals: [signal.id],
      outcome: 'gate-failed',
      sentence: 'Gate floor: too low.',
      configHash: 'abc',
      champion: null,
      released: false,
      endedAt: '2026-03-01T02:00:00.000Z',
    };
    const operations = [1, 3].map((hour) => ({
      at: `2026-03-01T0${hour}:00:00.000Z`,
      by: 'joe',
      action: { action: 'freeze' },
      done: true,
      sentence: `Frozen in hour ${hour}.`,
    }));
    const gateReport = { gates: [{ gate: 'floor', verdict: 'failed', sentence: 'accuracy 0.5 < 0.9' }] };
    const asked = await serving(200, { decision, run, gateReport, operations }, async (url) => {
      expect(await main(['explain', 'm-20260301-1f2e3d4c', '--url', url])).toBe(0);
    });
    expect(asked).toEqual([
      'GET /api/runs/m-20260301-1f2e3d4c',
      'GET /api/decisions/manual%3Am%3A1',
      'GET /api/operations?model=m&limit=1000',
    ]);
    expect(out[0]).toContain('jane requests a run: new data');
    expect(out[0]).toContain('floor: failed: accuracy 0.5 < 0.9');
    expect(out[0]).toContain('nothing released, the champion stays');
    expect(out[0]).toContain('joe, freeze at 2026-03-01T01:00:00.000Z: Frozen in hour 1.');
    expect(out[0]).not.toContain('hour 3');
  });

  it('shows what a model would decide now, by the plain words of the service', async () => {
    const policy = {
      ...{ model: 'm', at: '2026-03-01T00:00:00.000Z', configHash: 'c'.repeat(64) },
      outlook: [
        {
          ...{ asker: 'event', outcome: 'deferred', reason: 'cooldown', sentence: 'Waits for the cooldown.' },
          ...{ changedBy: 'Admissible from noon.', changesAt: '2026-03-01T12:00:00.000Z' },
        },
      ],
      sentences: [
        { topic: 'policy', path: 'policy.cooldown', sentence: 'Signals wait 6 days.', isDefault: true },
      ],
    };
    const asked = await serving(200, policy, async (url) => {
      expect(await main(['explain', 'm', '--url', url])).toBe(0);
    });
    expect(asked).toEqual(['GET /api/models/m/policy']);
    expect(out[0]!.split('\n')).toEqual([
      'm  model file cccccccccccc',
      'an event now would be deferred (cooldown)',
      '  Waits for the cooldown.',
      '  to change this: Admissible from noon.',
      '  changes by itself at 2026-03-01T12:00:00.000Z',
      'What blocks a run',
      '  Signals wait 6 days. policy.cooldown, default',
    ]);
  });

  it('shows one model of all, and says which there are where it is none', async () => {
    const view = {
      ...{ model: 'm', configHash: null, problems: ['m.yaml:1: bad'], serving: [], frozen: [], waiting: [] },
      ...{
        champion: null,
        live: null,
        pending: null,
        lastRun: null,
        mode: null,
        modeSetBy: null,
        glass: null,
      },
    };
    await serving(200, { models: [view, { ...view, model: 'other' }] }, async (url) => {
      expect(await main(['models', 'm', '--url', url])).toBe(0);
      expect(await main(['models', 'othr', '--url', url])).toBe(3);
    });
    expect(out).toEqual([expect.stringMatching(/^m {2}champion none yet\n/)]);
    expect(err.at(-1)).toContain('there is no model "othr"; did you mean "other"?; the service has m, other');
  });

  describe('runs RUN', () => {
    const run = {
      runId: 'm-20260301-1f2e3d4c',
      kind: 'retrain',
      signals: ['manual:m:1'],
      phase: 'settled',
      outcome: 'inconclusive',
      sentence: 'Gate floor: too few.',
      startedAt: '2026-03-01T00:00:00.000Z',
      champion: null,
      registeredVersion: null,
      released: false,
    };
    const gateReport = reports['a binary model']!();

    it('shows the report as gate evaluate does: the holdout, every gate, slices by harm', async () => {
      await serving(200, { run, gateReport }, async (url) => {
        expect(await main(['runs', run.runId, '--url', url])).toBe(0);
      });
      const text = out.join('\n');
      expect(text).toContain(
        'holdout: look 2 at these rows: it may spend 25 % of the error, and 75 % are spent with it',
      );
      for (const { gate, rule } of gateReport.gates) {
        expect(text).toContain(gate);
        expect(text).toContain(`rule: ${rule}`);
      }
      const [floor] = gateReport.gates;
      const places = floor!.slices!.results.map(({ sentence }) => text.indexOf(sentence));
      expect(places.every((place, at) => place >= 0 && (at === 0 || place >= places[at - 1]!))).toBe(true);
      expect(floor!.slices!.results.map(({ harm }) => harm)).toEqual(
        floor!.slices!.results.map(({ harm }) => harm!).sort((a, b) => b - a),
      );
    });

    it('names the release of a run whose challenger is a candidate', async () => {
      await serving(200, { run: { ...run, outcome: 'candidate' }, gateReport: null }, async (url) => {
        await main(['runs', run.runId, '--url', url]);
      });
      expect(out.join('\n')).toContain(`its release: ratchet release ${run.runId}`);
    });

    it('passes no command of a terminal on that a slice is called', async () => {
      const [gate] = gateReport.gates;
      const results = [{ ...gate!.slices!.results[0]!, slice: '\u001b[2J\u0007gone' }];
      const hostile = { ...gateReport, gates: [{ ...gate!, slices: { by: 'source', results } }] };
      await serving(200, { run, gateReport: hostile }, async (url) => {
        await main(['runs', run.runId, '--url', url]);
      });
      expect(out.join('\n')).toContain('source: \ufffd[2J\ufffdgone');
    });

    it('writes the page of the service with --html, and asks for a run to do so', async () => {
      const file = join(mkdtempSync(join(tmpdir(), 'ratchet-page-')), 'report.html');
      const asked = await serving(200, { run, gateReport: null }, async (url) => {
        expect(await main(['runs', run.runId, '--html', file, '--url', url, '--key', 'k'])).toBe(0);
        expect(await main(['runs', '--html', file, '--url', url])).toBe(2);
      });
      expect(asked).toEqual([`GET /api/runs/${run.runId} k`, `GET /api/runs/${run.runId}/report k`]);
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ run, gateReport: null });
      expect(err[0]).toContain('--html needs one run: runs RUN --html FILE');
    });
  });

  it('shows where the versions of a model serve', async () => {
    const model = {
      model: 'm',
      champion: { name: 'm', version: '2', modelUri: '' },
      serving: [{ endpoint: 'front', version: '1', since: '2026-03-01T00:00:00.000Z' }],
      live: null,
      pending: null,
      lastRun: null,
      mode: 'auto',
      modeSetBy: null,
      frozen: [],
      waiting: [],
    };
    await serving(200, { models: [model] }, async (url) => {
      expect(await main(['models', '--url', url])).toBe(0);
    });
    expect(out[0]).toMatch(/m.* {2}champion 2; 1 serves at front since 2026-03-01T00:00:00.000Z$/);
  });

  it('shows what of a budget is spent, and what is wrong with a file', async () => {
    const none = {
      live: null,
      pending: null,
      lastRun: null,
      frozen: [],
      waiting: [],
      serving: [],
      modeSetBy: null,
    };
    const spent = [0, 100].map((days) => ({
      computeHours: 1.25,
      at: new Date(Date.now() - days * 86_400_000).toISOString(),
    }));
    const models = [
      {
        ...none,
        model: 'a',
        champion: null,
        mode: 'auto',
        configHash: 'x',
        spent,
        budget: { window: 'P30D', computeHours: 8 },
      },
      {
        ...none,
        model: 'b',
        champion: null,
        mode: null,
        configHash: null,
        problems: ['models/b.yaml:2: no'],
      },
    ];
    await serving(200, { models }, async (url) => {
      expect(await main(['models', '--url', url])).toBe(0);
    });
    expect(out[0]).toMatch(/a.* {2}champion none yet; spent or reserved in P30D: 1\.25 of 8 h$/);
    expect(out[1]).toMatch(
      /its model file is invalid: it takes no requests until it is fixed\S*\n {4}models\/b\.yaml:2: no$/,
    );
  });

  it('follows a log part by part until its job has ended, and lets nothing in it command the terminal', async () => {
    const asked: string[] = [];
    const parts = [
      {
        phase: 'train',
        job: 'm-train',
        file: 'f',
        status: 'Running',
        text: 'one\ntw',
        next: 6,
        more: true,
        ended: false,
      },
      {
        phase: 'train',
        job: 'm-train',
        file: 'f',
        status: 'Failed',
        text: 'o\t\u001b[2J\r\n',
        next: 14,
        more: false,
        ended: true,
      },
    ];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(parts.shift()));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const written: string[] = [];
    const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = (text) => written.push(String(text)) > 0;
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      expect(await main(['logs', 'm-20260301-1f2e3d4c', '--follow', '--url', url])).toBe(0);
    } finally {
      process.stdout.write = write;
      server.close();
    }
    expect(written.join('')).toBe('one\ntwo        \ufffd[2J\n');
    expect(asked).toEqual([
      '/api/runs/m-20260301-1f2e3d4c/log?from=0',
      '/api/runs/m-20260301-1f2e3d4c/log?from=6&phase=train',
    ]);
  });

  it("repeats the service's own words on a refusal and exits 3", async () => {
    await serving(404, { detail: 'no model file is named "x"' }, async (url) => {
      expect(await main(['request', 'x', '--reason', 'why not', '--url', url])).toBe(3);
      expect(err[0]).toBe(`ratchet request: ${url} answered 404: no model file is named "x"`);
    });
  });

  it('names what answers when it is no service of ours', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Wiki</title>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await main(['models', '--url', url])).toBe(3);
    expect(err[0]).toBe(
      `ratchet models: ${url} answered 200 with "<!doctype html><title>Wiki</title>"…, which is not Ratchet's API: check that --url is the address of the service, without a path`,
    );
    server.close();
  });

  it.each(['127.0.0.1:7071', 'ftp://x', '', 'service'])('refuses --url %j before it asks', async (url) => {
    expect(await main(['models', '--url', url])).toBe(3);
    expect(err[0]).toContain('--url: expected the address of a service, such as http://127.0.0.1:7071, got ');
  });

  it('tells its version', async () => {
    expect(await main(['--version'])).toBe(0);
    expect(out[0]).toMatch(/^ratchet \d+\.\d+\.\d+ \(Node \d+/);
  });

  describe('without --url', () => {
    let home: string;

    beforeEach(() => {
      home = mkdtempSync(join(tmpdir(), 'ratchet-home-'));
      for (const name of ['RATCHET_URL', 'RATCHET_KEY', 'RATCHET_TOKEN']) vi.stubEnv(name, undefined);
      vi.stubEnv('RATCHET_HOME', home);
    });
    afterEach(() => {
      // Never `process.env = …`: what Node itself reads of it would no longer change, in this process's other files neither.
      vi.unstubAllEnvs();
      rmSync(home, { recursive: true });
    });
    const runs = (url: string, keys = false) =>
      writeFileSync(join(home, 'service.json'), JSON.stringify({ pid: 1, url, keys }));

    it('asks the service that runs with this state folder, with its key, and says so', async () => {
      mkdirSync(join(home, 'host'));
      writeFileSync(
        join(home, 'host', 'keys.json'),
        JSON.stringify({ hostKeys: { default: 'of-the-host' } }),
      );
      const asked = await serving(200, { decisions: [] }, async (url) => {
        runs(url, true);
        expect(await main(['decisions'])).toBe(0);
        expect(err).toEqual([expect.stringMatching(`^the service of .*ratchet-home-\\w+, ${url}:$`)]);
      });
      expect(asked).toEqual(['GET /api/decisions of-the-host']);
    });

    describe('and people', () => {
      const people = [
        { name: 'me', token: 'token-of-me' },
        { name: 'ben', token: 'token-of-ben' },
      ];
      /** Asks as these arguments say, and answers the door and what was sent to prove who asks. */
      const passOf = async (args: readonly string[], here = true): Promise<string[]> => {
        writeFileSync(join(home, 'people.json'), JSON.stringify({ people }));
        return serving(200, { decisions: [] }, async (url) => {
          if (here) runs(url);
          expect(await main(['decisions', ...args.map((arg) => (arg === 'URL' ? url : arg))])).toBe(0);
        });
      };

      it('asks as the first of them, or as the one that is named', async () => {
        expect(await passOf([])).toEqual(['GET /api/signed-in/decisions Bearer token-of-me']);
        expect(await passOf(['--as', 'ben'])).toEqual(['GET /api/signed-in/decisions Bearer token-of-ben']);
      });

      it('asks as the person of a token, or as a machine with a key, where one is given', async () => {
        expect(await passOf(['--token', 't'])).toEqual(['GET /api/signed-in/decisions Bearer t']);
        expect(await passOf(['--key', 'k'])).toEqual(['GET /api/decisions k']);
        vi.stubEnv('RATCHET_KEY', 'of-the-environment');
        expect(await passOf([])).toEqual(['GET /api/decisions of-the-environment']);
        vi.stubEnv('RATCHET_TOKEN', 'token-of-the-environment');
        expect(await passOf([])).toEqual(['GET /api/signed-in/decisions Bearer token-of-the-environment']);
        expect(await passOf(['--as', 'ben'])).toEqual(['GET /api/signed-in/decisions Bearer token-of-ben']);
        vi.stubEnv('RATCHET_TOKEN', undefined);
      });

      it('keeps their tokens to the service of this folder', async () => {
        expect(await passOf(['--url', 'URL'])).toEqual(['GET /api/signed-in/decisions Bearer token-of-me']);
        expect(await passOf(['--url', 'URL'], false)).toEqual(['GET /api/decisions']);
        expect(await main(['decisions', '--url', 'http://127.0.0.1:1', '--as', 'ben'])).toBe(3);
        expect(err.at(-1)).toContain('--as ben: only the local service knows people by name; give a token');
      });

      it('keeps them from whoever listens where a service was that was killed', async () => {
        const { pid } = spawnSync(process.execPath, ['--version']);
        const asked = await serving(200, { decisions: [] }, async (url) => {
          writeFileSync(join(home, 'people.json'), JSON.stringify({ people }));
          writeFileSync(join(home, 'service.json'), JSON.stringify({ pid, url, keys: true }));
          await main(['decisions']);
          await main(['decisions', '--url', url]);
        });
        expect(asked).toEqual(['GET /api/decisions']);
      });

      it('refuses a name nobody has, and two that say who it is', async () => {
        await passOf([]);
        expect(await main(['decisions', '--as', 'bem'])).toBe(3);
        expect(err.at(-1)).toContain('--as bem: nobody of that name; did you mean "ben"?; ');
        expect(err.at(-1)).toContain('people.json has me, ben');
        expect(await main(['decisions', '--as', 'ben', '--key', 'k'])).toBe(2);
        expect(err.at(-1)).toContain('--as, --token and --key each say who you are: give one of them');
      });
    });

    it('names the state file that is damaged', async () => {
      writeFileSync(join(home, 'service.json'), '{"url":');
      expect(await main(['models'])).toBe(3);
      expect(err[0]).toBe(
        `ratchet models: ${join(home, 'service.json')} is not JSON: stop the service and start it again`,
      );
    });
  });

  it('says what to do when nothing answers', async () => {
    expect(await main(['models', '--url', 'http://127.0.0.1:1'])).toBe(3);
    expect(err[0]).toContain('start the service with ratchet up, or name it with --url');
  });
});

describe('ratchet operations', () => {
  const row = {
    at: '2026-03-01T01:00:00.000Z',
    model: 'm',
    action: { action: 'thaw' },
    reason: 'x',
    done: true,
  };

  it('tells a name that somebody claimed, in rows of before, from one that is proven', async () => {
    const operations = [
      { ...row, by: 'jane', actor: { kind: 'person', name: 'jane', id: 'j-1' }, sentence: 'Thawed.' },
      { ...row, by: 'jane', sentence: 'Thawed before.' },
    ];
    await serving(200, { operations }, async (url) => {
      expect(await main(['operations', '--url', url])).toBe(0);
    });
    const lines = out.join('\n').split('\n');
    expect(lines.filter((line) => line.includes(' by '))).toEqual([
      expect.stringMatching(/ by jane$/),
      expect.stringMatching(/ by jane \(not proven\)$/),
    ]);
  });
});

describe('ratchet whoami', () => {
  const ada = {
    kind: 'person',
    name: 'ada',
    id: 'a-1',
    roles: ['viewer'],
    teams: [],
    may: ['read'],
    incomplete: null,
  };

  it('shows who the service takes one for, and exits 1 for somebody without a role', async () => {
    await serving(200, ada, async (url) => {
      expect(await main(['whoami', '--url', url, '--token', 't'])).toBe(0);
    });
    expect(out.join('\n')).toContain('ada  a person, id a-1\nroles  viewer\nmay    read');
    await serving(200, { ...ada, roles: [], may: [], incomplete: 'groups are left out' }, async (url) => {
      expect(await main(['whoami', '--url', url, '--token', 't'])).toBe(1);
    });
    expect(out.at(-1)).toContain('none: ask who runs the service to assign one');
    expect(out.at(-1)).toContain('groups are left out');
  });

  it('says that a token is not known, without the token', async () => {
    await serving(401, { error: 'the token is nobody’s' }, async (url) => {
      expect(await main(['whoami', '--url', url, '--token', 'a-secret-token'])).toBe(3);
    });
    expect(err.join('\n')).toContain(
      'does not know the token: it may have expired, or be of another service',
    );
    expect(err.join('\n')).not.toContain('a-secret-token');
  });

  it('says how to prove who asks where a service wants it', async () => {
    await serving(401, '', async (url) => {
      expect(await main(['whoami', '--url', url])).toBe(3);
    });
    expect(err.join('\n')).toContain('by --token or RATCHET_TOKEN (locally --as NAME), a machine by --key');
  });
});
