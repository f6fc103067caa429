// Where the rooms lie, found from here whether this runs from source or from dist.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder that holds all rooms. */
export const REPOSITORY = find(import.meta.dirname)

function find(from: string): string {
  if (existsSync(join(from, 'tsconfig.base.json'))) return from
  if (dirname(from) === from) throw new Error('The platform does not lie in the repository')
  return find(dirname(from))
}

/** The file of a built program: `program('read-side', 'main.js')`. */
export const program = (room: string, file: string) => join(REPOSITORY, room, 'dist', file)
