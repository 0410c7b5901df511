/** What a backtest is played over: of a file, and the folder of model files. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from '../../shared/backtest/ask-world.ts';
import type { HistoryLine, LineOf } from '../../shared/backtest/history-schema.ts';
import { readHistory } from '../../shared/backtest/read-history.ts';
import { FleetSchema } from '../../shared/config/fleet-schema.ts';
import {
  fleetFileName,
  listModelFiles,
  loadModels,
  modelOfFile,
  readFleetFile,
} from '../../shared/config/load.ts';
import { pinModel } from '../../shared/config/pin.ts';
import { formatProblem } from '../../shared/config/problem.ts';
import { ModelConfigSchema } from '../../shared/config/schema.ts';
import { countSureRules } from '../../shared/config/sure-rules.ts';
import { requireFile } from '../require-file.ts';
import { readPolicyFile } from './read-policies.ts';

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
  const others = existsSync(folder) ? [...loadModels(folder).models.values()] : [];
  const otherSureRules = countSureRules(
    others.map(({ config }) => config).filter((config) => config.model !== model),
  );
  return { lines, base, fleet: { policy: fleet?.fleet ?? null, models, otherSureRules } };
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
  const { models, otherSureRules } = files;
  return { base, fleet: { policy: fleet.data, models, otherSureRules } };
}

function readEvents(file: string): readonly HistoryLine[] {
  requireFile(file);
  const read = readHistory(readFileSync(file, 'utf8'));
  if ('problems' in read) throw new Error(read.problems.map((problem) => `${file}: ${problem}`).join('\n'));
  if (read.lines.length === 0) throw new Error(`${file} has no lines: there is nothing to play`);
  return read.lines;
}
