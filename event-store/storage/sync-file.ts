// Small things that are done with files all over the storage.
import { closeSync, constants, fsyncSync, openSync, readSync, writeSync } from 'node:fs'

/** Has what was written to a file, or the names in a folder, on disk when it returns. */
export function bringToDisk(path: string): void {
  const file = openSync(path, constants.O_RDONLY)
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** The same for the names in a folder; Windows knows no such thing. */
export function bringFolderToDisk(path: string): void {
  if (process.platform !== 'win32') bringToDisk(path)
}

/** Reads so many bytes, or as many as there are; returns how many. */
export function readFully(file: number, target: Buffer, length: number, at: number): number {
  let done = 0
  while (done < length) {
    const count = readSync(file, target, done, length - done, at + done)
    if (count === 0) break
    done += count
  }
  return done
}

/** Writes all bytes. Throws the system's error, and may have written some of them then. */
export function writeFully(file: number, bytes: Buffer, at: number): void {
  let done = 0
  while (done < bytes.length) {
    done += writeSync(file, bytes, done, bytes.length - done, at + done)
  }
}
