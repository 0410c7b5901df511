/** What a backtest is played over: of a file and the folder of model files, or of a running service. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HistoryLine, LineOf } from '../../shared/backtest/history-schema.ts';
import { readHistory } from '../../shared/backtest/read-history.ts';
import { type FleetPolicy, FleetSchema } from '../../shared/config/fleet-schema.ts';
import { fleetFileName, listModelFiles, modelOfFile, readFleetFile } from '../../shared/config/load.ts';
import { pinModel } from '../../shared/config/pin.ts';
import { formatProblem } from '../../shared/config/problem.ts';
import { ModelConfigSchema, type PinnedModel } from '../../shared/config/schema.ts';
import { UsageError } from '../command.ts';
import { askService } from '../service.ts';
import { askHistory, type Service } from './ask-history.ts';
import { readPolicyFile } from './read-policies.ts';
import { writeHistory } from './write-history.ts';

interface World {
  readonly lines: readonly HistoryLine[];
  /** The model file in force and what it is called; null: there is none. */
  readonly base: { readonly name: string; readonly pinned: PinnedModel } | null;
  readonly fleet: { readonly policy: FleetPolicy | null; readonly models: readonly string[] };
}

export async function askWorld(service: Service, model: string): Promise<World> {
  const pinned = (await askService(service, `models/${encodeURIComponent(model)}/file`)) as PinnedModel;
  const { policy } = (await askService(service, 'fleet')) as { policy: FleetPolicy | null };
  const { models } = (await askService(service, 'models')) as { models: readonly { model: string }[] };
  const recorded = await askHistory(service, model, { withFleet: policy !== null });
  const fleet = { policy, models: models.map((each) => each.model) };
  const lines = writeHistory(recorded, { model: pinned.config, fleet: policy, models: fleet.models });
  return { lines, base: { name: 'in force', pinned }, fleet };
}

/** The files of the history itself count, where it has them; otherwise those of the folder of model files. */
export function readWorld(events: string, model: string): World {
  const lines = readEvents(events);
  const files = lines.findLast((line) => line.type === 'files');
  if (files) return { lines, ...readFiles(files, events, model) };
  const folder = process.env['RATCHET_MODELS_DIR'] || 'models';
  const file = join(folder, `${model}.yaml`);
  const base = existsSync(file) ? { name: file, pinned: readPolicyFile(file, model, null) } : null;
  const models = existsSync(folder) ? listModelFiles(folder).map(modelOfFile) : [];
  const fleet = readFleetFile(join(folder, fleetFileName), models);
  if (fleet && 'problems' in fleet) throw new Error(fleet.problems.map(formatProblem).join('\n'));
  return { lines, base, fleet: { policy: fleet?.fleet ?? null, models } };
}

function readFiles(files: LineOf<'files'>, events: string, model: string): Omit<World, 'lines'> {
  const config = ModelConfigSchema.safeParse(files.model);
  const fleet = FleetSchema.nullable().safeParse(files.fleet);
  const [issue] = [...(config.error?.issues ?? []), ...(fleet.error?.issues ?? [])];
  if (!config.success || !fleet.success)
    throw new Error(`${events}: files: ${issue!.path.map(String).join('.')}: ${issue!.message}`);
  if (config.data.model !== model)
    throw new Error(`${events} is of model ${config.data.model}, and the backtest is of ${model}`);
  const base = { name: 'in force', pinned: pinModel(config.data) };
  return { base, fleet: { policy: fleet.data, models: files.models } };
}

function readEvents(file: string): readonly HistoryLine[] {
  if (!existsSync(file)) throw new UsageError(`there is no file ${file}`);
  const read = readHistory(readFileSync(file, 'utf8'));
  if ('problems' in read) throw new Error(read.problems.map((problem) => `${file}: ${problem}`).join('\n'));
  if (read.lines.length === 0) throw new Error(`${file} has no lines: there is nothing to play`);
  return read.lines;
}
