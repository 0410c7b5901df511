import { maskSecrets } from '../../shared/mask-secrets.ts';
import type { Clock } from '../clock/clock.ts';
import type { LogLevel } from '../cloud-context.ts';

export type Log = (level: LogLevel, message: string, fields?: LogFields) => void;

/** What a line is about. Never a key, never a connection string. */
interface LogFields {
  readonly function?: string;
  readonly invocationId?: string;
}

/** The levels of the language worker's protocol, as this host writes them. */
const hostLevels: Readonly<Record<string, LogLevel>> = {
  trace: 'debug',
  debug: 'debug',
  information: 'info',
  warning: 'warn',
  error: 'error',
  critical: 'error',
  none: 'debug',
};

export function toLogLevel(workerLevel: string): LogLevel {
  return hostLevels[workerLevel] ?? 'info';
}

const ranks: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

interface LogOptions {
  readonly write: (line: string) => void;
  readonly clock: Clock;
  readonly json: boolean;
  readonly least: LogLevel;
}

/** A log without secrets, of one line an entry: text for people, or one JSON object for programs. */
export function createLog(options: LogOptions): Log {
  return (level, text, fields = {}) => {
    if (ranks[level] < ranks[options.least]) return;
    const message = maskSecrets(text);
    const time = new Date(options.clock.now()).toISOString();
    if (options.json) return options.write(`${JSON.stringify({ time, level, message, ...fields })}\n`);
    const subject = fields.function === undefined ? '' : `${fields.function}: `;
    const id = fields.invocationId === undefined ? '' : ` (invocation ${fields.invocationId})`;
    options.write(`${time} ${level.padEnd(5)} ${subject}${message}${id}\n`);
  };
}
