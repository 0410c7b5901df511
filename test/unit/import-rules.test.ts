import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

/** An emulated service stands alone, as the real one does: what two of them need lies here. */
const commonRoomsOfEmulators = [
  ...['local/clock', 'local/http', 'local/process', 'local/tls'],
  ...['local/cloud-context.ts', 'local/crash-point.ts'],
];

/**
 * Who may import whom, as docs/architecture.md has it. A room may always import from itself; `types` are rooms of
 * which only types may be imported.
 */
const rules: Readonly<Record<string, { rooms: readonly string[]; types?: readonly string[] }>> = {
  'shared/domain': { rooms: [] },
  'shared/mask-secrets.ts': { rooms: [] },
  'shared/errors.ts': { rooms: [] },
  'shared/config': { rooms: ['shared/domain', 'shared/errors.ts'] },
  'shared/signals': {
    rooms: ['shared/domain', 'shared/config', 'shared/errors.ts', 'shared/gates/statistics'],
  },
  'shared/telemetry': { rooms: ['shared/domain', 'shared/mask-secrets.ts'] },
  'shared/dispatch': {
    rooms: [
      'shared/telemetry/tell.ts',
      'shared/domain',
      'shared/config',
      'shared/errors.ts',
      'shared/signals',
      'shared/http',
      'shared/admission/rebuild-model.ts',
      'shared/admission/rebuild-fleet.ts',
      'shared/ledger/read-model-facts.ts',
      'shared/azure/run-files.ts',
      'shared/release/transitions',
      'shared/wiring.ts',
    ],
    types: ['shared/azure'],
  },
  'shared/overview': {
    rooms: [
      ...['shared/domain', 'shared/config', 'shared/errors.ts', 'shared/admission', 'shared/dispatch'],
      ...[
        'shared/access',
        'shared/operations',
        'shared/gates/describe-rule.ts',
        'shared/signals/find-absences.ts',
        'shared/release/transitions',
        'shared/advice',
        'shared/wiring.ts',
      ],
    ],
    types: ['shared/ledger', 'shared/telemetry'],
  },
  'shared/admission': { rooms: ['shared/domain', 'shared/config'] },
  'shared/advice': { rooms: ['shared/domain', 'shared/config'] },
  'shared/backtest': {
    rooms: ['shared/domain', 'shared/config', 'shared/signals', 'shared/admission', 'shared/advice'],
  },
  'shared/tables': { rooms: [] },
  'shared/gates': { rooms: ['shared/domain', 'shared/config', 'shared/tables'] },
  'shared/data': {
    rooms: ['shared/domain', 'shared/config', 'shared/errors.ts', 'shared/tables'],
    types: ['shared/azure', 'shared/ledger'],
  },
  'shared/azure': {
    rooms: ['shared/domain', 'shared/config', 'shared/errors.ts'],
    types: ['shared/settings.ts'],
  },
  'shared/ledger': {
    rooms: ['shared/domain', 'shared/config', 'shared/errors.ts', 'shared/azure', 'shared/audit'],
    types: ['shared/settings.ts'],
  },
  'shared/audit': { rooms: ['shared/domain'] },
  'shared/package': { rooms: [] },
  'shared/lineage': {
    rooms: [
      'shared/domain',
      'shared/config/pin.ts',
      'shared/azure/run-files.ts',
      'shared/gates/report/printable.ts',
    ],
    types: ['shared/azure', 'shared/ledger'],
  },
  'shared/release/transitions': { rooms: ['shared/domain', 'shared/config'] },
  'shared/release': {
    rooms: [
      ...['shared/domain', 'shared/config', 'shared/errors.ts', 'shared/azure'],
      'shared/http/webhook-signature.ts',
    ],
    types: ['shared/settings.ts'],
  },
  'shared/elsewhere': {
    rooms: [
      ...['shared/domain', 'shared/config', 'shared/errors.ts', 'shared/azure/run-files.ts'],
      'shared/release/channels',
    ],
    types: ['shared/azure'],
  },
  'shared/access': { rooms: ['shared/domain', 'shared/errors.ts'] },
  'shared/operations': {
    rooms: ['shared/domain', 'shared/config'],
    types: ['shared/access'],
  },
  'shared/http': {
    rooms: ['shared/domain', 'shared/config', 'shared/errors.ts', 'shared/access', 'shared/wiring.ts'],
  },
  'shared/settings.ts': {
    rooms: [
      'shared/domain',
      'shared/package',
      'shared/explain-settings.ts',
      'shared/access',
      'shared/config',
      'shared/errors.ts',
      'shared/notices/read-receivers.ts',
      'shared/controllers/github-app.ts',
      'shared/http/webhook-signature.ts',
    ],
  },
  'shared/explain-settings.ts': {
    rooms: ['shared/access/access-table.ts', 'shared/notices/read-receivers.ts'],
  },
  'shared/notices': {
    rooms: [
      'shared/domain',
      'shared/errors.ts',
      'shared/access/approval-link.ts',
      'shared/http/webhook-signature.ts',
    ],
  },
  'shared/controllers': {
    rooms: ['shared/domain', 'shared/config', 'shared/errors.ts'],
    types: ['shared/release/channels/rest.ts'],
  },
  'shared/traces': { rooms: ['shared/domain', 'shared/errors.ts'] },
  'shared/pages': { rooms: ['shared/domain', 'shared/gates/report/html.ts'] },
  'shared/wire-notices.ts': {
    rooms: ['shared/once.ts', 'shared/errors.ts', 'shared/domain', 'shared/notices'],
    types: ['shared/azure', 'shared/settings.ts'],
  },
  'shared/in-turn.ts': { rooms: [] },
  'shared/once.ts': { rooms: [] },
  // Of the wiring, whose file would be too long.
  'shared/wire-targets.ts': {
    rooms: ['shared/once.ts', 'shared/azure', 'shared/release/targets'],
    types: ['shared/config', 'shared/settings.ts'],
  },
  'shared/wire-pipelines.ts': {
    rooms: [
      'shared/once.ts',
      'shared/errors.ts',
      'shared/azure',
      'shared/release/channels',
      'shared/elsewhere',
      'shared/wire-github.ts',
    ],
    types: ['shared/config', 'shared/domain', 'shared/settings.ts'],
  },
  'shared/wire-github.ts': {
    rooms: ['shared/errors.ts', 'shared/release/channels', 'shared/controllers/github-app.ts'],
    types: ['shared/azure', 'shared/config', 'shared/settings.ts'],
  },
  'shared/wire-controllers.ts': {
    rooms: ['shared/errors.ts', 'shared/azure', 'shared/release/channels', 'shared/controllers'],
    types: ['shared/settings.ts'],
  },
  'shared/wire-signing.ts': {
    rooms: ['shared/once.ts', 'shared/azure', 'shared/release/channels', 'shared/package'],
    types: ['shared/domain', 'shared/settings.ts'],
  },
  'shared/watch-models.ts': { rooms: ['shared/config'] },
  'shared/wiring.ts': {
    rooms: [
      'shared/once.ts',
      'shared/wire-targets.ts',
      'shared/wire-notices.ts',
      'shared/wire-pipelines.ts',
      'shared/wire-controllers.ts',
      'shared/wire-signing.ts',
      'shared/traces',
      'shared/watch-models.ts',
      'shared/azure',
      'shared/ledger',
      'shared/release',
      'shared/settings.ts',
      'shared/config',
      'shared/domain',
      'shared/errors.ts',
    ],
  },
  'orchestrations/activities': {
    rooms: [
      'shared/elsewhere',
      'shared/telemetry',
      'shared/package',
      'shared/lineage',
      'shared/domain',
      'shared/config',
      'shared/gates',
      'shared/release/transitions',
      'shared/admission',
      'shared/data',
      'shared/signals',
      'shared/dispatch',
      'shared/controllers',
      'shared/advice/advice-signal.ts',
      'shared/overview/read-advice.ts',
      'shared/in-turn.ts',
      'shared/wiring.ts',
      'shared/errors.ts',
      'shared/azure',
      'shared/ledger',
      'orchestrations',
    ],
  },
  // An orchestrator that is replayed would tell everything again: what it has done tells what it does.
  'orchestrations/define-step.ts': {
    rooms: ['shared/errors.ts', 'shared/telemetry/time-step.ts', 'orchestrations'],
  },
  orchestrations: {
    rooms: [
      'shared/errors.ts',
      'shared/domain',
      'shared/admission',
      'shared/gates',
      'shared/config/came-keys.ts',
      'shared/config/duration.ts',
      'shared/config/estimate.ts',
      'shared/config/pin.ts',
      'shared/release/transitions',
    ],
    types: ['shared/config', 'shared/signals', 'shared/dispatch', 'shared/controllers'],
  },
  'shared/doctor': {
    rooms: [
      ...['shared/domain', 'shared/config', 'shared/errors.ts', 'shared/azure/azure-error.ts'],
      ...['shared/azure/calls.ts', 'shared/azure/find-components.ts', 'shared/azure/own-permissions.ts'],
    ],
    types: ['shared/settings.ts', 'shared/wiring.ts'],
  },
  functions: {
    rooms: [
      'shared/elsewhere',
      'shared/telemetry',
      'shared/doctor',
      'shared/domain',
      'shared/errors.ts',
      'shared/signals',
      'shared/dispatch',
      'shared/operations',
      'shared/controllers',
      'shared/package',
      'shared/audit',
      'shared/lineage',
      'shared/pages',
      'shared/once.ts',
      'shared/release/transitions',
      'shared/access',
      'shared/azure/run-files.ts',
      'shared/azure/step-log.ts',
      'shared/config/model-files.ts',
      'shared/admission/merge-rebuilt.ts',
      'shared/overview',
      'shared/release/transitions/state.ts',
      'shared/release/transitions/describe-release.ts',
      'shared/http',
      'shared/wiring.ts',
    ],
    types: ['shared/ledger'],
  },
  local: { rooms: [] },
  ...Object.fromEntries(
    ['azure-ml', 'event-grid', 'identity', 'log-analytics', 'pipelines', 'service-bus', 'storage'].map(
      (service) => [`local/${service}`, { rooms: commonRoomsOfEmulators, types: ['local/identity'] }],
    ),
  ),
  'local/launch': { rooms: ['local', 'examples'] },
  demo: { rooms: ['local', 'examples', 'shared/domain'] },
  cli: {
    rooms: [
      'shared/config',
      'shared/domain',
      'shared/errors.ts',
      'shared/gates',
      'shared/tables',
      'shared/data',
      'shared/package',
      'shared/audit',
      'shared/lineage',
      'shared/backtest',
      // What a person has to confirm before an assistant does it.
      'shared/access/access-table.ts',
    ],
  },
  // What `ratchet local` does it does to the local cloud, and to nothing else.
  'cli/local': {
    rooms: ['cli', 'local/launch', 'local/process', 'shared/config', 'shared/domain'],
    types: ['local/notices'],
  },
  // It replays histories as the embedded host does.
  'cli/upgrade': {
    rooms: ['cli', 'local/functions-host', 'local/clock', 'shared/config', 'shared/domain'],
  },
  examples: { rooms: [], types: ['shared/domain'] },
  // The page: what it knows it asks of the HTTP API, whose shapes are those of the domain.
  dashboard: { rooms: [], types: ['shared/domain', 'shared/backtest'] },
  // What a worker of the page plays, by the code that decides live.
  'dashboard/trial': {
    rooms: ['shared/backtest', 'shared/config', 'shared/domain', 'dashboard/service/ask.ts'],
  },
  'dashboard/build.ts': { rooms: ['packaging/metafiles.ts'] },
  packaging: { rooms: [] },
};

/** The packages that a pure room may import: everything else acts, waits or reads something. */
const packagesOfPureRooms: Readonly<Record<string, readonly string[]>> = {
  'shared/signals': ['zod'],
};

/** Whoever keeps text takes the secrets out of it. */
const everybodyMay = ['shared/mask-secrets.ts'];

/** What orchestrators must not reach for: their time, randomness and effects come from the orchestration context. */
const forbiddenInOrchestrators =
  /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\.|\bfetch\(|\bsetTimeout\b|randomUUID/;

const filesOf = (folders: string): string[] =>
  globSync(`{${folders}}/**/*.{ts,tsx}`).map((file) => file.split(sep).join('/'));

const files = filesOf('shared,orchestrations,functions,local,cli,demo,examples,dashboard,packaging');

const roomOf = (file: string): string | undefined =>
  Object.keys(rules)
    .filter((room) => file === room || file.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0];

interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^;'"]*?from\s+)?'(\.[^']+)'|import\(\s*'(\.[^']+)'\s*\)/g;
  return [...text.matchAll(pattern)].map((match) => ({
    target: posix.normalize(
      relative('.', join(dirname(file), match[2] ?? match[3]!))
        .split(sep)
        .join('/'),
    ),
    typeOnly: match[1] !== undefined,
  }));
}

/** The packages a file imports, of types too. */
function packagesOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s+'([^.'][^']*)'|import\(\s*'([^.'][^']*)'\s*\)/g;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2]!);
}

/** What a file loads as it is loaded itself: no types, and nothing that is imported when it is needed. */
function loadedWith(file: string): {
  readonly files: readonly string[];
  readonly packages: readonly string[];
} {
  const pattern = /(?:^|\n)(?:import|export)\s+(?!type\s)(?:([^;'"]*?)\s*from\s+)?'([^']+)'/g;
  const named = [...readFileSync(file, 'utf8').matchAll(pattern)].flatMap(([, names, from]) =>
    // `import { type A }` is left out by the compiler, too.
    names !== undefined && /^\{(?:\s*type\s+\w+(?:\s+as\s+\w+)?\s*,?)+\s*\}$/.test(names) ? [] : [from!],
  );
  return {
    files: named
      .filter((from) => from.startsWith('.'))
      .map((from) => posix.normalize(join(dirname(file), from).split(sep).join('/'))),
    packages: named.filter((from) => !from.startsWith('.') && !from.startsWith('node:')),
  };
}

describe('a cold start', () => {
  it('loads nothing but what functions are registered with, and cron patterns', () => {
    const waiting = globSync('{functions,orchestrations,orchestrations/activities}/*.ts');
    const loaded = new Set(waiting.map((file) => file.split(sep).join('/')));
    const packages = new Map<string, string>();
    for (const file of loaded) {
      const { files: next, packages: of } = loadedWith(file);
      for (const name of of) packages.set(name, file);
      for (const each of next) loaded.add(each);
    }
    expect(loaded.size).toBeGreaterThan(200);
    const allowed = ['@azure/functions', 'durable-functions', 'croner'];
    expect([...packages].filter(([name]) => !allowed.includes(name))).toEqual([]);
  });
});

describe('import rules', () => {
  it('finds every file in a room with a rule', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => roomOf(file) === undefined)).toEqual([]);
  });

  it('are kept by every file', () => {
    const broken = files.flatMap((file) => {
      const room = roomOf(file)!;
      const { rooms, types = [] } = rules[room]!;
      const within = (target: string, list: readonly string[]) =>
        list.some((allowed) => target === allowed || target.startsWith(`${allowed}/`));
      return importsOf(file)
        .filter(({ target }) => target.startsWith(`${room}/`) === false && target !== room)
        .filter(
          ({ target, typeOnly }) =>
            !within(target, [...rooms, ...everybodyMay]) && !(typeOnly && within(target, types)),
        )
        .map(({ target }) => `${file} imports ${target}`);
    });
    expect(broken).toEqual([]);
  });

  it('let a pure room import no package that acts', () => {
    const broken = Object.entries(packagesOfPureRooms).flatMap(([room, allowed]) =>
      files
        .filter((file) => file.startsWith(`${room}/`))
        .flatMap((file) => packagesOf(file).map((name) => ({ file, name })))
        .filter(({ name }) => !allowed.includes(name))
        .map(({ file, name }) => `${file} imports ${name}`),
    );
    expect(broken).toEqual([]);
    expect(packagesOf('shared/dispatch/request-operation.ts')).toEqual(['node:crypto', '@azure/functions']);
  });

  it('would catch a broken one', () => {
    expect(importsOf('functions/post-metrics.ts').map(({ target }) => target)).toContain(
      'shared/signals/parse-metric-report.ts',
    );
    expect(importsOf('shared/config/schema.ts')).toContainEqual({
      target: 'shared/config/fields.ts',
      typeOnly: false,
    });
  });

  it('keep clocks, chance and effects out of orchestrators, admission and gates', () => {
    const pure = files.filter((file) =>
      /^(?:orchestrations\/[^/]+|shared\/(?:admission|backtest|gates|signals)\/.+)\.ts$/.test(file),
    );
    expect(pure.length).toBeGreaterThan(15);
    expect(pure.filter((file) => forbiddenInOrchestrators.test(readFileSync(file, 'utf8')))).toEqual([]);
  });
});

/**
 * The groups of files that import each other in a circle (Tarjan's strongly connected components), types included: a
 * reader of one of them must read them all.
 */
function findCircles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const seen = new Map<string, { index: number; low: number; open: boolean }>();
  const path: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string) => {
    const node = { index: seen.size, low: seen.size, open: true };
    seen.set(file, node);
    path.push(file);
    for (const target of graph.get(file) ?? []) {
      if (!graph.has(target)) continue;
      const other = seen.get(target);
      if (other === undefined) node.low = Math.min(node.low, visit(target).low);
      else if (other.open) node.low = Math.min(node.low, other.index);
    }
    if (node.low === node.index) {
      const group = path.splice(path.indexOf(file));
      for (const member of group) seen.get(member)!.open = false;
      if (group.length > 1 || graph.get(file)?.includes(file)) circles.push(group.sort());
    }
    return node;
  };
  for (const file of graph.keys()) if (!seen.has(file)) visit(file);
  return circles;
}

describe('circles of imports', () => {
  const whole = filesOf('shared,orchestrations,functions,local,cli,demo,bench,examples,dashboard,test');
  const graph = new Map(whole.map((file) => [file, importsOf(file).map(({ target }) => target)] as const));

  it('are nowhere, not even of types: what two files need of each other lies in a third', () => {
    expect(whole.length).toBeGreaterThan(500);
    expect(findCircles(graph)).toEqual([]);
  });

  it('would be found, long or short', () => {
    const made = new Map([
      ['a', ['b', 'elsewhere']],
      ['b', ['c', 'd']],
      ['c', ['a']],
      ['d', ['d']],
      ['e', ['a', 'd']],
    ]);
    expect(findCircles(made)).toEqual([['d'], ['a', 'b', 'c']]);
    expect(importsOf('cli/main.ts').length).toBeGreaterThan(0);
  });
});
