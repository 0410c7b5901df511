/** Addresses without credentials: those have settings of their own, whose values are never shown. */
import { z } from 'zod';

export const address = (protocol: RegExp) => z.url({ protocol }).refine(isPlain);

/** Whether nothing stands before the host. */
export function isPlain(url: string): boolean {
  const { username = '', password = '' } = URL.parse(url) ?? {};
  return username === '' && password === '';
}
