// Looks at how much room is left on the disks that hold our data, and says when it gets little and when it is none.
import { stat, statfs } from 'node:fs/promises'

export type Room = 'enough' | 'little' | 'none'

export interface DiskWatchOptions {
  /** The folders that hold data; those that are not there yet are passed over. */
  readonly folders: readonly string[]
  /** Told when the room on a folder's disk has changed, and what is free there. */
  readonly onRoom: (folder: string, room: Room, freeBytes: number) => void
  /** What is free for us on the folder's disk, and which disk that is. */
  readonly look?: (folder: string) => Promise<{ readonly free: number; readonly disk: number }>
  readonly everyMs?: number
}

const EVERY_MS = 10_000
const MIB = 1024 * 1024
/** Hours of an ordinary site's growth, or the time to free some. */
const LITTLE_BYTES = 512 * MIB
/** PostgreSQL takes 16 MiB at a time for its log: with less it may stop any moment. */
const NONE_BYTES = 32 * MIB

/** Watches from now on, without keeping the process alive; the function that it gives ends that. */
export function watchDisks(options: DiskWatchOptions): () => void {
  const { everyMs = EVERY_MS } = options
  const known = new Map<number, Room>()
  let looking = false
  const look = async () => {
    // A disk that does not answer is not asked twice.
    if (looking) return
    looking = true
    await lookAtAll(options, known).catch(() => {})
    looking = false
  }
  void look()
  const timer = setInterval(look, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}

async function lookAtAll(options: DiskWatchOptions, known: Map<number, Room>): Promise<void> {
  const { folders, onRoom, look = lookAt } = options
  const seen = new Set<number>()
  for (const folder of folders) {
    const found = await look(folder).catch(() => undefined)
    if (found === undefined || seen.has(found.disk)) continue
    seen.add(found.disk)
    const room = roomOf(found.free)
    if (room !== (known.get(found.disk) ?? 'enough')) onRoom(folder, room, found.free)
    known.set(found.disk, room)
  }
}

function roomOf(free: number): Room {
  if (free < NONE_BYTES) return 'none'
  return free < LITTLE_BYTES ? 'little' : 'enough'
}

async function lookAt(folder: string) {
  const [{ dev }, { bavail, bsize }] = await Promise.all([stat(folder), statfs(folder)])
  return { free: bavail * bsize, disk: dev }
}

/** What a person reads of it. */
export function wordsForRoom(folder: string, room: Room, freeBytes: number): string {
  const free = `${Math.floor(freeBytes / MIB)} MB`
  switch (room) {
    case 'none':
      return `no space left on the disk that holds ${folder} (${free} free): nothing new can be stored, nothing stored is lost; make room there`
    case 'little':
      return `little space left on the disk that holds ${folder}: ${free} free; make room there before it is none`
    case 'enough':
      return `there is room again on the disk that holds ${folder}: ${free} free`
  }
}
