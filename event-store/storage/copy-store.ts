// Copies a store's folder while a server writes to it, this one or another process's: what is in its files is only ever
// added to, or replaced by a file that says the same.
import {
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { copyFile, open, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { DamagedStore } from './errors.ts'
import { demandFormat, FORMAT_FILE } from './format.ts'
import { INDEX_FOLDER, readManifest, writeManifest } from './index-manifest.ts'
import { committedBytes, openFinished } from './open-segments.ts'
import { isSegmentName, segmentName } from './segment-file.ts'
import { LOG_FOLDER } from './segments.ts'
import { bringFolderToDisk } from './sync-file.ts'

/** A scavenge or a merge may take a file away before it is copied; it is begun anew then, but not for ever. */
const MOST_TRIES = 10
const LOOK_AGAIN_MS = 20

/** How far a copy has come. */
export type CopyProgress = (files: number, of: number) => void

/**
 * Copies into an empty folder, made if it is missing, everything that was acknowledged before the call; it is on disk when
 * this resolves. Rejects with the system's error, `DamagedStore`, or where the folder is not empty.
 */
export async function copyStore(from: string, to: string, progress?: CopyProgress): Promise<void> {
  demandStore(from)
  mkdirSync(to, { recursive: true })
  if (readdirSync(to).length > 0) throw new Error(`${to} is not empty.`)
  // The index first: of what it holds, nothing may be missing in the log that is copied after it.
  await insist(() => copyIndex(join(from, INDEX_FOLDER), join(to, INDEX_FOLDER)))
  await insist(() => copyLog(join(from, LOG_FOLDER), join(to, LOG_FOLDER), progress))
  writeFileSync(join(to, FORMAT_FILE), readFileSync(join(from, FORMAT_FILE)), { flush: true })
  for (const folder of [join(to, INDEX_FOLDER), join(to, LOG_FOLDER), to]) bringFolderToDisk(folder)
}

function demandStore(dir: string): void {
  if (!existsSync(join(dir, FORMAT_FILE))) throw new Error(`${dir} holds no store.`)
  demandFormat(dir)
}

async function insist(copy: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await copy()
    } catch (error) {
      const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof Replaced
      if (!isGone || tries === MOST_TRIES) throw error
    }
  }
}

/** The files belong to different states of the log. */
class Replaced extends Error {}

function emptyFolder(path: string): void {
  rmSync(path, { recursive: true, force: true })
  mkdirSync(path)
}

async function copyIndex(from: string, to: string): Promise<void> {
  emptyFolder(to)
  const manifest = existsSync(from) ? readManifest(from) : undefined
  if (!manifest) return
  const { places, names, ids } = manifest
  for (const file of [...places, ...names, ...ids]) await copy(join(from, file), join(to, file))
  writeManifest(to, manifest)
}

/** What is begun after the call need not be copied: what was acknowledged before stands in the files of now. */
async function copyLog(from: string, to: string, progress?: CopyProgress): Promise<void> {
  emptyFolder(to)
  const names = readdirSync(from).filter(isSegmentName).sort()
  for (const [i, name] of names.entries()) {
    const [source, target] = [join(from, name), join(to, name)]
    if (i < names.length - 1) await copy(source, target)
    else await copyLast(source, target)
    progress?.(i + 1, names.length)
  }
  demandWhole(to, names)
}

/**
 * Of the file that is added to, only what is whole before the copy is begun: of what comes in meanwhile, it might have the end
 * without the beginning, which would look like damage.
 */
async function copyLast(from: string, to: string): Promise<void> {
  const bytes = await committedNow(from)
  await copyFile(from, to, constants.COPYFILE_FICLONE)
  await truncate(to, bytes)
  await bringToDisk(to)
}

/** What looks like damage may be a commit that is just being written: that is over when one looks again. */
async function committedNow(path: string): Promise<number> {
  for (let tries = 1; ; tries++) {
    try {
      return committedBytes(path)
    } catch (error) {
      if (!(error instanceof DamagedStore) || tries === MOST_TRIES) throw error
      await setTimeout(LOOK_AGAIN_MS)
    }
  }
}

/** Each segment but the last must lead to the next. */
function demandWhole(dir: string, names: readonly string[]): void {
  for (const [i, name] of names.slice(0, -1).entries()) {
    const { end } = openFinished(join(dir, name))
    if (segmentName(end) !== names[i + 1]) throw new Replaced(`${name} was replaced meanwhile.`)
  }
}

async function copy(from: string, to: string): Promise<void> {
  // Where the file system can, both share their bytes.
  await copyFile(from, to, constants.COPYFILE_FICLONE)
  await bringToDisk(to)
}

async function bringToDisk(path: string): Promise<void> {
  const file = await open(path, 'r')
  await file.sync().finally(() => file.close())
}
