// What the index holds, and up to where: one small file that is replaced as a whole.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { KnownSegment } from './segment.ts'
import { bringFolderToDisk, bringToDisk } from './sync-file.ts'

export const INDEX_FOLDER = 'index'
export const MANIFEST_FILE = 'manifest'
const VERSION = 1

/** What the index is worth at a point of the log, and what else was known of the log then. */
export interface IndexState {
  /** Everything before this position of the log is in the runs. */
  readonly through: number
  /** How many streams there were. */
  readonly streams: number
  readonly settings: Readonly<Record<string, string>>
  /** The positions of events that are dated before the one they follow; left out by versions that wrote none such. */
  readonly jumps?: readonly number[]
  /** The log's last file. */
  readonly last: KnownSegment
}

export interface IndexManifest extends IndexState {
  readonly version: typeof VERSION
  /** What names are hashed under. */
  readonly secret: string
  readonly places: readonly string[]
  readonly names: readonly string[]
  readonly ids: readonly string[]
}

export const manifestOf = (state: Omit<IndexManifest, 'version'>): IndexManifest => ({
  version: VERSION,
  ...state,
})

/** Replaces the file; what it says is on disk when this returns. */
export function writeManifest(dir: string, manifest: IndexManifest): void {
  const text = JSON.stringify(manifest)
  const fresh = join(dir, `${MANIFEST_FILE}.new`)
  writeFileSync(fresh, `${crc32(text).toString(16)}\n${text}\n`)
  bringToDisk(fresh)
  renameSync(fresh, join(dir, MANIFEST_FILE))
  bringFolderToDisk(dir)
}

/** What the file says; undefined where there is none that can be trusted. */
export function readManifest(dir: string): IndexManifest | undefined {
  try {
    const [checksum, text = ''] = readFileSync(join(dir, MANIFEST_FILE), 'utf8').split('\n')
    if (crc32(text).toString(16) !== checksum) return undefined
    const manifest = JSON.parse(text) as IndexManifest
    return manifest.version === VERSION ? manifest : undefined
  } catch {
    return undefined
  }
}

/** Has the index made anew at the next start. */
export function removeManifest(dir: string): void {
  rmSync(join(dir, MANIFEST_FILE), { force: true })
}
