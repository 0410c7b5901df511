/** The tiny model under other names, each with a model file of its own, and a world in which each has had a run. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, vi } from 'vitest';
import { main } from '../../cli/main.ts';
import type { LaunchOptions } from '../../local/launch/local-cloud.ts';
import { publishCode } from '../../local/launch/publish-assets.ts';
import type { Run } from '../../shared/domain/run.ts';
import { openWorld, type World } from './world.ts';

/** By name, how the file of the tiny model is changed, which has the name by then. */
type Variants = Readonly<Record<string, (text: string) => string>>;

/** Answers the folder of their model files. */
export function writeVariants(folder: string, variants: Variants): string {
  const tiny = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
  mkdirSync(folder, { recursive: true });
  for (const [model, change] of Object.entries(variants))
    writeFileSync(join(folder, `${model}.yaml`), change(tiny.replace('model: tiny', `model: ${model}`)));
  return folder;
}

export interface Ran {
  readonly world: World;
  runOf(model: string): Run;
  /** What a command prints. */
  ratchet(...args: string[]): Promise<string>;
}

interface Circumstances {
  /** Further options of the world; `folder` goes with it. */
  readonly options?: (folder: string) => Partial<LaunchOptions>;
  /** Code of their jobs, beside that of the tiny model. */
  readonly code?: { readonly name: string; readonly files: Readonly<Record<string, string>> };
  /** Before their runs begin. */
  readonly prepare?: (world: World) => Promise<unknown>;
  /** While their runs are under way. */
  readonly meanwhile?: (ran: Ran) => Promise<unknown>;
}

/** For the tests of one `describe`: all runs have ended when they begin, and the world is gone after them. */
export function runVariants(variants: Variants, circumstances: Circumstances = {}): Ran {
  const { options, code, prepare, meanwhile } = circumstances;
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-variants-'));
  let world: World;
  let runs: readonly Run[];
  const ran: Ran = {
    get world() {
      return world;
    },
    runOf: (model) => runs.find((run) => run.model === model)!,
    ratchet,
  };
  beforeAll(async () => {
    const modelsFolder = writeVariants(join(folder, 'models'), variants);
    world = await openWorld({ modelsFolder, ...options?.(folder) });
    vi.stubEnv('RATCHET_HOME', world.home);
    if (code) {
      mkdirSync(join(folder, 'code'));
      for (const [name, text] of Object.entries(code.files)) writeFileSync(join(folder, 'code', name), text);
      await publishCode(world.cloud(), { name: code.name, version: '1', folder: join(folder, 'code') });
    }
    await prepare?.(world);
    const asked = await Promise.all(Object.keys(variants).map((model) => world.requestRun('first', model)));
    await meanwhile?.(ran);
    await world.untilSettled(asked, 200_000);
    runs = await world.runs();
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return ran;
}

async function ratchet(...args: string[]): Promise<string> {
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  try {
    await main(args);
  } finally {
    log.mockRestore();
    write.mockRestore();
  }
  return stripVTControlCharacters(lines.join('\n'));
}
