/**
 * What a job has left in its folder, found and opened so that nothing outside of the folder is ever read or written.
 *
 * A job may put links wherever it can write: in place of a file, of a folder above it, of its own folder, of the folder
 * of all jobs.
 *
 * Invariants
 * 1. No folder is entered by a link, at any level. `root`, the service's folder, is written without links.
 * 2. A link is followed to a file of the same folder alone; any other is refused by name.
 * 3. What was opened is looked at again, where the system tells (Linux): a link that is put there in between leads nowhere.
 */
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, readlink, realpath, rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { JobFailure } from './failure.ts';

/** Absent on Windows, where making a link takes a privilege. */
const noFollow = constants.O_NOFOLLOW ?? 0;
/** A pipe must not keep us waiting for its other end. */
const noWait = constants.O_NONBLOCK ?? 0;

/** The folder's address; null when it, or one above it, is a link or no folder. */
export async function findFolder(root: string, ...below: readonly string[]): Promise<string | null> {
  const folder = join(root, ...below);
  const real = await realpath(folder).catch(() => null);
  return real === folder && (await isFolder(folder)) ? folder : null;
}

/** Makes a folder where there is none, at each level below `root`; a link or a file in the place of one is removed. */
export async function makeFolder(root: string, ...below: readonly string[]): Promise<string> {
  let folder = root;
  for (const name of below) {
    folder = join(folder, name);
    if (!(await isFolder(folder))) await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
  }
  if ((await findFolder(folder)) === null)
    throw new Error(`${root} or a folder above it was replaced by a link; restore it, and start again`);
  return folder;
}

/** Makes a folder anew and empty; a link in its place is removed, and what it led to is left alone. */
export async function makeEmpty(parent: string, name: string): Promise<void> {
  await rm(join(parent, name), { recursive: true, force: true });
  await mkdir(join(parent, name));
}

export async function isThere(path: string): Promise<boolean> {
  return (await look(path)) !== null;
}

async function isFolder(path: string): Promise<boolean> {
  return (await look(path))?.isDirectory() ?? false;
}

function look(path: string): Promise<BigIntStats | null> {
  return lstat(path, { bigint: true }).catch(() => null);
}

export interface FoundFile {
  /** Below the folder that was searched, with slashes. */
  readonly path: string;
  /** Where its content lies: in the same folder, and no link. */
  readonly real: string;
}

/** The regular files below `folder`, as `findFolder` gave it. Throws a JobFailure for a link that leaves it. */
export async function findFiles(subject: string, folder: string): Promise<FoundFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: FoundFile[] = [];
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name);
    const path = relative(folder, file).split(sep).join('/');
    if (entry.isFile()) found.push({ path, real: file });
    else if (entry.isSymbolicLink()) found.push({ path, real: await followInside(subject, folder, file) });
  }
  return found;
}

async function followInside(subject: string, folder: string, link: string): Promise<string> {
  const real = await realpath(link).catch(() => null);
  if (real?.startsWith(folder + sep) && (await look(real))?.isFile()) return real;
  const shown = JSON.stringify(relative(folder, link).split(sep).join('/').slice(0, 200));
  throw leaves(
    `${subject}: ${shown} is a link to ${real === null ? 'nothing' : 'a place outside its folder'}`,
  );
}

/** Opens a regular file for reading, or throws a JobFailure. `real` has no link in it, from `folder` down. */
export async function openInside(subject: string, folder: string, real: string): Promise<FileHandle> {
  const file = await open(real, constants.O_RDONLY | noFollow | noWait).catch((error: unknown) => {
    throw leaves(`${subject}: a file cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  });
  try {
    if (!(await file.stat()).isFile() || !(await whereIs(file, real)).startsWith(folder + sep)) {
      throw leaves(`${subject}: a file in it is a link to a place outside its folder`);
    }
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function whereIs(file: FileHandle, opened: string): Promise<string> {
  return process.platform === 'linux' ? readlink(`/proc/self/fd/${file.fd}`) : realpath(opened);
}

export function leaves(what: string): JobFailure {
  return new JobFailure('OutputRefused', `${what}; write the files themselves into the output's own folder`);
}
