// Reads a process' configuration from the environment, once, or says everything that is wrong with it.
import { readFileSync } from 'node:fs'
import type { z } from 'zod'

/** One variable that can't be used, and what it should be. Its value is never kept: it may be a secret. */
export interface BadVariable {
  readonly variable: string
  readonly expected: string
}

/** The environment does not configure this process; the message names every bad variable. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  readonly variables: readonly BadVariable[]

  constructor(variables: readonly BadVariable[]) {
    const lines = variables.map(({ variable, expected }) => `  ${variable}: ${expected}`)
    super(`The environment does not configure this process:\n${lines.join('\n')}`)
    this.variables = variables
  }
}

/**
 * The configuration that `schema` describes, frozen; its keys are the variables' names. An empty variable counts as not
 * set, since that is how env files and compose files leave one out. In place of a variable, the same with `_FILE` behind it may
 * name a file that holds the value, as secrets of Docker are given: who sees the environment then sees none.
 * Throws a ConfigurationError.
 */
export function parseConfig<Schema extends z.ZodObject>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<z.output<Schema>> {
  const given: Record<string, string> = {}
  for (const variable of Object.keys(schema.shape)) {
    const value = env[variable] || contentOf(variable, env[`${variable}_FILE`])
    if (value !== undefined && value !== '') given[variable] = value
  }
  const parsed = schema.safeParse(given)
  if (parsed.success) return Object.freeze(parsed.data)
  throw new ConfigurationError(badVariables(parsed.error.issues, given))
}

function contentOf(variable: string, file: string | undefined): string | undefined {
  if (file === undefined || file === '') return undefined
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const expected = `must name a file that this process can read (${code})`
    throw new ConfigurationError([{ variable: `${variable}_FILE`, expected }])
  }
}

function badVariables(
  issues: readonly z.core.$ZodIssue[],
  given: Readonly<Record<string, string>>,
): BadVariable[] {
  const bad = new Map<string, string>()
  for (const issue of issues) {
    const variable = String(issue.path[0] ?? '(the whole)')
    const missing = variable in given ? '' : ' (it is not set)'
    if (!bad.has(variable)) bad.set(variable, issue.message + missing)
  }
  return [...bad].map(([variable, expected]) => ({ variable, expected }))
}
