/**
 * Access keys: the master key, host keys, system keys of the webhooks, and each function's own.
 *
 * Owns: HOME/keys.json and the question whether a key opens a door.
 *
 * Invariants
 * 1. The file is readable by its owner alone. A key, once made, stays until the file is changed by hand.
 * 2. How long a comparison takes says nothing about how much of a key was right.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, existsSync } from 'node:fs';
import { z } from 'zod';
import { LocalError } from '../../process/local-error.ts';
import { writeFileAtomically } from '../../process/write-file-atomically.ts';
import { describeIssues, readJson } from '../settings.ts';

const KeysSchema = z.object({
  masterKey: z.string().min(16),
  hostKeys: z.record(z.string(), z.string().min(16)),
  systemKeys: z.record(z.string(), z.string().min(16)),
  functionKeys: z.record(z.string(), z.record(z.string(), z.string().min(16))),
});

type StoredKeys = z.infer<typeof KeysSchema>;

const systemKeys = ['eventgrid_extension', 'blobs_extension', 'durabletask_extension'] as const;

type SystemKey = (typeof systemKeys)[number];

/** What a request wants to enter. */
export type Door =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'system'; readonly name: SystemKey }
  | { readonly kind: 'admin' };

export interface Keys {
  opens(door: Door, key: string | null): boolean;
  /** Null when keys are switched off. */
  systemKey(name: SystemKey): string | null;
}

/** Keys switched off: fit only for a host that nobody else can reach. */
export const noKeys: Keys = { opens: () => true, systemKey: () => null };

/** Reads the key file, or makes it, with a key for each webhook and a default one for each named function. */
export function openKeys(file: string, functionNames: readonly string[]): Keys {
  const keys = existsSync(file) ? readKeys(file) : newKeys();
  const before = JSON.stringify(keys);
  for (const name of systemKeys) keys.systemKeys[name] ??= newKey();
  for (const name of functionNames) keys.functionKeys[name.toLowerCase()] ??= { default: newKey() };
  if (!existsSync(file) || JSON.stringify(keys) !== before)
    writeFileAtomically(file, `${JSON.stringify(keys, null, 2)}\n`);
  chmodSync(file, 0o600);
  return { opens: (door, key) => opens(keys, door, key), systemKey: (name) => keys.systemKeys[name] ?? null };
}

function readKeys(file: string): StoredKeys {
  const parsed = KeysSchema.safeParse(readJson(file, 'settings'));
  if (!parsed.success) throw new LocalError('settings', describeIssues(file, parsed.error));
  return parsed.data;
}

function newKeys(): StoredKeys {
  return {
    masterKey: newKey(),
    hostKeys: { default: newKey() },
    systemKeys: {},
    functionKeys: {},
  };
}

function newKey(): string {
  return randomBytes(32).toString('base64url');
}

function opens(keys: StoredKeys, door: Door, key: string | null): boolean {
  if (door.kind === 'anonymous') return true;
  if (key === null) return false;
  const accepted = [keys.masterKey];
  if (door.kind === 'function') {
    accepted.push(
      ...Object.values(keys.hostKeys),
      ...Object.values(keys.functionKeys[door.name.toLowerCase()] ?? {}),
    );
  }
  if (door.kind === 'system' && keys.systemKeys[door.name] !== undefined)
    accepted.push(keys.systemKeys[door.name]!);
  const given = digest(key);
  return accepted.map((candidate) => timingSafeEqual(digest(candidate), given)).includes(true);
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
