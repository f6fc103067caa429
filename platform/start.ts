// Starts all of Cryptotalks on one data folder and keeps it running: `npm start`, and the tests of the whole.
import { resolve } from 'node:path'
import { seedDemoContent } from './demo-content/seed.ts'
import { createHouse } from './house.ts'
import { lockInstance } from './instance-lock.ts'
import type { Platform, PlatformOptions } from './platform-types.ts'
import { makePrivate } from './private-folder.ts'
import { canListen, freePort } from './processes/free-port.ts'

export { AlreadyRunning } from './instance-lock.ts'
export type { Platform, PlatformOptions, PlatformProcess, ProcessName } from './platform-types.ts'

/** The gateway's port is taken or may not be used; the message says what to do. */
export class PortUnusable extends Error {
  override readonly name = 'PortUnusable'
}

/**
 * Starts everything and resolves when every process is ready and demo content is in.
 * @throws AlreadyRunning, PortUnusable, or an error in the words of the process that does not get
 * ready or of `signal`; then everything is stopped again
 */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const dataDir = resolve(options.dataDir)
  const host = options.host ?? '127.0.0.1'
  const port = options.port || (await freePort())
  makePrivate(dataDir)
  const lock = await lockInstance(dataDir, `http://localhost:${port}`)
  const house = createHouse({
    ...{ ...options, dataDir, host, port },
    onProcesses: pids => lock.noteProcesses(pids),
  })
  let ending: Promise<void> | undefined
  const stop = () => {
    ending ??= house.end('stop').finally(() => lock.release())
    return ending
  }
  const giveUp = () => void stop()
  options.signal?.addEventListener('abort', giveUp, { once: true })
  try {
    await requirePort(host, port)
    const started = await house.start()
    if (options.seed ?? true) {
      await seedDemoContent({ ...started, dataDir, onLine: options.onLine ?? (() => {}) })
    }
    options.signal?.throwIfAborted()
    return {
      ...started,
      stop,
      async killAll() {
        await house.end('kill')
        lock.release()
      },
    }
  } catch (error) {
    await stop()
    options.signal?.throwIfAborted()
    throw error
  } finally {
    options.signal?.removeEventListener('abort', giveUp)
  }
}

async function requirePort(host: string, port: number): Promise<void> {
  const listened = await canListen(host, port)
  if (listened.ok) return
  const why =
    listened.code === 'EADDRINUSE'
      ? `Port ${port} is in use by another program.`
      : `Port ${port} on ${host} can't be used (${listened.code}).`
  throw new PortUnusable(`${why} Stop that program, or choose another port: PORT=8081 npm start`)
}
