// A copy of the tables without the pages that nothing uses any more: LMDB's own file never shrinks.
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openTables, type Tables } from './tables.ts'

const FILE = 'data.mdb'
/** Beside the tables, since a file can't be moved in one go to another disk. */
const placeIn = (dir: string): string => join(dir, 'compacted')

/** Copies what the tables hold on disk at the moment, while they go on being written. */
export async function compactCopy(tables: Tables, dir: string): Promise<void> {
  const place = placeIn(dir)
  forgetCopy(dir)
  mkdirSync(place)
  await copyTables(tables, place)
}

/** Copies what the tables hold on disk at the moment into an empty folder; it is on disk when this resolves. */
export async function copyTables({ env }: Tables, place: string): Promise<void> {
  await env.backup(place, true)
  for (const path of [join(place, FILE), place]) bringToDisk(path)
}

/** Opens the copy and puts its file in the place of the tables' own, which lives on unnamed until it is closed. */
export function takeCopy(dir: string): Tables {
  const place = placeIn(dir)
  const tables = openTables(place, true)
  renameSync(join(place, FILE), join(dir, FILE))
  bringToDisk(dir)
  return tables
}

/** Removes what is left of a copy. */
export function forgetCopy(dir: string): void {
  rmSync(placeIn(dir), { recursive: true, force: true })
}

function bringToDisk(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
