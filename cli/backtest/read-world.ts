/** What a backtest is played over: of a file and the folder of model files, or of a running service. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HistoryLine } from '../../shared/backtest/history-schema.ts';
import { readHistory } from '../../shared/backtest/read-history.ts';
import type { FleetPolicy } from '../../shared/config/fleet-schema.ts';
import { fleetFileName, listModelFiles, modelOfFile, readFleetFile } from '../../shared/config/load.ts';
import { formatProblem } from '../../shared/config/problem.ts';
import type { PinnedModel } from '../../shared/config/schema.ts';
import { UsageError } from '../command.ts';
import { askService } from '../service.ts';
import { askHistory, type Service } from './ask-history.ts';
import { readPolicyFile } from './read-policies.ts';
import { writeHistory } from './write-history.ts';

export interface World {
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
  return { lines: writeHistory(recorded), base: { name: 'in force', pinned }, fleet };
}

export function readWorld(events: string, model: string): World {
  const folder = process.env['RATCHET_MODELS_DIR'] || 'models';
  const file = join(folder, `${model}.yaml`);
  const base = existsSync(file) ? { name: file, pinned: readPolicyFile(file, model, null) } : null;
  const models = existsSync(folder) ? listModelFiles(folder).map(modelOfFile) : [];
  const fleet = readFleetFile(join(folder, fleetFileName), models);
  if (fleet && 'problems' in fleet) throw new Error(fleet.problems.map(formatProblem).join('\n'));
  return { lines: readEvents(events), base, fleet: { policy: fleet?.fleet ?? null, models } };
}

function readEvents(file: string): readonly HistoryLine[] {
  if (!existsSync(file)) throw new UsageError(`there is no file ${file}`);
  const read = readHistory(readFileSync(file, 'utf8'));
  if ('problems' in read) throw new Error(read.problems.map((problem) => `${file}: ${problem}`).join('\n'));
  if (read.lines.length === 0) throw new Error(`${file} has no lines: there is nothing to play`);
  return read.lines;
}
