// Reads settings from the environment, once a process, or names every variable that can't be used.
import { z } from 'zod'

/** An empty variable counts as not set: so env and compose files leave one out. */
export function readEnvironment<Schema extends z.ZodObject>(
  schema: Schema,
  env: NodeJS.ProcessEnv = process.env,
): z.output<Schema> {
  const given = Object.fromEntries(
    Object.keys(schema.shape).flatMap(name => (env[name] ? [[name, env[name]]] : [])),
  )
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`)
  throw new EnvironmentError(`These variables can't be used:\n${lines.join('\n')}`)
}

export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError'
}

export const portVariable = (fallback: number) =>
  z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port from 0 to 65535')
    .transform(Number)
    .refine(port => port <= 65_535, 'must be a port from 0 to 65535')
    .default(fallback)

export const urlVariable = () => z.url({ protocol: /^https?$/, error: 'must be an http URL' })

export const logLevelVariable = () =>
  z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info')

export const countVariable = (least: number, most: number, fallback: number) => {
  const expected = `must be a whole number from ${least} to ${most}`
  return z
    .string()
    .regex(/^\d{1,9}$/, { error: expected, abort: true })
    .transform(Number)
    .refine(value => value >= least && value <= most, expected)
    .default(fallback)
}
