// Which variables each process is started with: those that its own schema names, and what node and the system need.
import { pathToFileURL } from 'node:url'
import { gatewayEnvironment } from './gateway/settings.ts'
import type { ProcessName } from './platform-types.ts'
import { program } from './repository.ts'

export type NodeProgram = Exclude<ProcessName, 'postgres' | 'keyring'>
type Env = Readonly<Record<string, string | undefined>>

/**
 * Where a room says what its process reads. A list here would be forgotten with the next setting, and then a secret goes where
 * nobody needs it, or a setting does nothing.
 */
const SCHEMAS: Readonly<Partial<Record<NodeProgram, readonly [room: string, file: string]>>> = {
  projections: ['projections', 'config.js'],
  'write-side': ['write-side', 'config.js'],
  'rates-feed': ['write-side', 'rates/feed-config.js'],
  'read-side': ['read-side', 'config.js'],
}

/** What programs read of themselves: node, the system's loader, time zones and certificates. No setting of ours is among them. */
const OF_THE_SYSTEM =
  /^(?:PATH|HOME|TMPDIR|TMP|TEMP|TZ|LANG|LC_.*|NODE_.*|UV_.*|LD_.*|DYLD_.*|FAKETIME.*|SSL_CERT_.*|SystemRoot)$/i

/** The names of the variables that a process reads; none for the event store, which is told all by its arguments. */
export async function settingNames(name: NodeProgram): Promise<ReadonlySet<string>> {
  if (name === 'gateway') return new Set(Object.keys(gatewayEnvironment.shape))
  const schema = SCHEMAS[name]
  if (schema === undefined) return new Set()
  const room = (await import(pathToFileURL(program(...schema)).href)) as Record<string, unknown>
  const names = Object.values(room).flatMap(value => Object.keys(shapeOf(value)))
  return new Set(names)
}

const shapeOf = (value: unknown): object => (value as { shape?: object } | undefined)?.shape ?? {}

/** Of all that is known, what this process is to know. */
export async function environmentFor(name: NodeProgram, env: Env): Promise<Env> {
  const names = await settingNames(name)
  const isNeeded = ([key]: readonly [string, unknown]) => names.has(key) || OF_THE_SYSTEM.test(key)
  return Object.fromEntries(Object.entries(env).filter(isNeeded))
}
