// The whole of Cryptotalks for one test file: every process, on ports and in a folder of its own.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { REPOSITORY } from '@cryptotalks/platform/repository'
import {
  type Platform,
  type PlatformOptions,
  type ProcessName,
  startPlatform,
} from '@cryptotalks/platform/start'
import { buildAll } from './build-all.ts'

export interface World extends Platform {
  readonly dataDir: string
  /** A process by name; the world starts all of them. */
  process(name: ProcessName): NonNullable<Platform['processes'][ProcessName]>
  /** Stops all and removes the folder. */
  end(): Promise<void>
}

export interface WorldOptions extends Pick<PlatformOptions, 'onLine' | 'programs' | 'silentMs'> {
  readonly env?: Readonly<Record<string, string>>
  /** Any free one, unless the environment has to name it. */
  readonly port?: number
  /** Demo content; none unless asked for, so that a test knows every row. */
  readonly seed?: boolean
}

/** Builds what is out of date, then starts everything on an empty log. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const { env = {}, seed = false, port = 0, ...rest } = options
  await buildAll()
  if (!existsSync(join(REPOSITORY, 'web', 'dist', 'server', 'entry-server.js')))
    throw new Error('web/dist is missing: npm run build makes it')
  const dataDir = mkdtempSync(join(tmpdir(), 'cryptotalks-e2e-'))
  const remove = () => rmSync(dataDir, { recursive: true, force: true })
  try {
    const platform = await startPlatform({
      ...rest,
      dataDir,
      port,
      seed,
      env: {
        NODE_ENV: 'production',
        LOG_LEVEL: 'info',
        // All of a test's people come from one address.
        LIMIT_SIGN_UPS_PER_ADDRESS: '100000/600',
        ...env,
      },
    })
    return {
      ...platform,
      dataDir,
      process: name => {
        const found = platform.processes[name]
        if (!found) throw new Error(`There is no process ${name}`)
        return found
      },
      end: async () => {
        await platform.stop()
        remove()
      },
    }
  } catch (error) {
    remove()
    throw error
  }
}
