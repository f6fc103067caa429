// The commands that look after stores: backup, restore and verify.
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { copyStore } from '../storage/copy-store.ts'
import { lockDirectory } from '../storage/directory-lock.ts'
import { Log } from '../storage/log.ts'
import { type Verdict, verifyLog } from '../storage/verify-log.ts'
import { explain, fail, USAGE_ERROR } from './failure.ts'

const BYTES_A_MEGABYTE = 1_000_000

/** Reads options that must all be there. */
function folders<Name extends string>(
  args: readonly string[],
  ...names: readonly Name[]
): Record<Name, string> {
  try {
    const options = Object.fromEntries(names.map(name => [name, { type: 'string' as const }]))
    const { values } = parseArgs({ args: [...args], options })
    for (const name of names) if (!values[name]) throw new TypeError(`--${name} is needed.`)
    return values as Record<Name, string>
  } catch (error) {
    return fail((error as Error).message, USAGE_ERROR)
  }
}

/** A line that is written over while it changes, where somebody is watching. */
function showProgress(words: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${words}\u001b[K`)
}

async function verifyFolder(dir: string): Promise<Verdict> {
  if (!existsSync(dir)) throw new Error(`${dir} is not there.`)
  const unlock = lockDirectory(dir)
  try {
    const log = Log.open({ dir, durable: true, now: Date.now })
    try {
      return await verifyLog(log, (bytes, of) => {
        showProgress(`verified ${Math.floor((100 * bytes) / of)} %`)
      })
    } finally {
      await log.close()
      showProgress('')
    }
  } finally {
    unlock()
  }
}

function tell(dir: string, { events, streams, bytes, faults, moreFaults }: Verdict): void {
  const size = `${(bytes / BYTES_A_MEGABYTE).toFixed(1)} MB`
  process.stdout.write(`${dir}: ${events} events of ${streams} streams, ${size}\n`)
  for (const fault of faults) process.stdout.write(`  ${fault}\n`)
  if (moreFaults > 0) process.stdout.write(`  and ${moreFaults} more\n`)
  process.stdout.write(faults.length === 0 ? 'Everything is as it was written.\n' : 'DAMAGED\n')
}

async function copy(from: string, to: string): Promise<void> {
  await copyStore(from, to, (files, of) => showProgress(`copied ${files} of ${of} files`))
  showProgress('')
  process.stdout.write(`${from} is copied to ${to}.\n`)
}

/** Copies a store, also beside a running server. */
export async function backup(args: readonly string[]): Promise<void> {
  const { dir, to } = folders(args, 'dir', 'to')
  await copy(dir, to).catch(error => fail(explain(error, { dir })))
}

/** Copies a backup, once it is known to be sound, to where a server is to start on it. */
export async function restore(args: readonly string[]): Promise<void> {
  const { from, dir } = folders(args, 'from', 'dir')
  try {
    const verdict = await verifyFolder(from)
    tell(from, verdict)
    if (verdict.faults.length > 0) fail(`${from} is damaged, so nothing was restored.`)
    await copy(from, dir)
  } catch (error) {
    fail(explain(error, { dir: from }))
  }
}

/** Looks at a whole store; the exit code says whether it is sound. */
export async function verify(args: readonly string[]): Promise<void> {
  const { dir } = folders(args, 'dir')
  try {
    const verdict = await verifyFolder(dir)
    tell(dir, verdict)
    if (verdict.faults.length > 0) process.exitCode = 1
  } catch (error) {
    fail(explain(error, { dir }))
  }
}
