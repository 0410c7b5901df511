import { LocalError } from '../../process/local-error.ts';

const settingName = 'FUNCTIONS_REQUEST_BODY_SIZE_LIMIT';

/** How long a request's body may be: the setting the platform has for it, by default 100 MB. */
export function requestLimitBytes(environment: NodeJS.ProcessEnv = process.env): number {
  const text = environment[settingName] ?? '';
  if (text === '') return 100 * 1024 * 1024;
  const bytes = Number(text);
  if (/^\d+$/.test(text) && bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
  throw new LocalError('settings', `${settingName}: expected a number of bytes, got ${JSON.stringify(text)}`);
}
