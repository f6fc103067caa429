import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import * as fields from './fields.ts'
import { ConfigurationError, parseConfig } from './parse-config.ts'

const schema = z.object({
  HOST: fields.host(),
  PORT: fields.port().default(8080),
  PUBLIC_URL: fields.httpUrl(),
  EVENTSTORE_URL: fields.eventStoreUrl(),
  MASTER_KEY: fields.key256(),
  LOG_LEVEL: fields.logLevel(),
  RATES_POLL_SECONDS: fields.seconds(1, 3_600).default(10),
  TRUST_PROXY: fields.flag().optional(),
  LIMIT_TRIES: fields.limit().default({ most: 10, seconds: 900 }),
})
const key = Buffer.alloc(32, 7).toString('base64')
const good = {
  PUBLIC_URL: 'https://talks.example/',
  EVENTSTORE_URL: 'esdb://a:2113,b:2113,c:2113?tls=true',
  MASTER_KEY: key,
}

function refusalOf(env: Record<string, string | undefined>): ConfigurationError {
  try {
    parseConfig(schema, env)
  } catch (error) {
    if (error instanceof ConfigurationError) return error
  }
  throw new Error('the configuration was not refused')
}

describe('parseConfig', () => {
  it('reads the values, typed and with their defaults', () => {
    expect(
      parseConfig(schema, { ...good, PORT: '0', TRUST_PROXY: 'true', LIMIT_TRIES: '60/600' }),
    ).toEqual({
      HOST: '127.0.0.1',
      PORT: 0,
      PUBLIC_URL: 'https://talks.example',
      EVENTSTORE_URL: good.EVENTSTORE_URL,
      MASTER_KEY: Buffer.alloc(32, 7),
      LOG_LEVEL: 'info',
      RATES_POLL_SECONDS: 10,
      TRUST_PROXY: true,
      LIMIT_TRIES: { most: 60, seconds: 600 },
    })
  })

  it('gives a configuration that nobody can change', () => {
    expect(Object.isFrozen(parseConfig(schema, good))).toBe(true)
  })

  it('takes an empty variable as one that is not set', () => {
    expect(parseConfig(schema, { ...good, PORT: '' }).PORT).toBe(8080)
  })

  it('reads a value from the file that a variable with _FILE names', () => {
    const folder = mkdtempSync(join(tmpdir(), 'secrets-'))
    const file = join(folder, 'master_key')
    writeFileSync(file, `${key}\n`)
    const { MASTER_KEY: _, ...rest } = good
    expect(parseConfig(schema, { ...rest, MASTER_KEY_FILE: file }).MASTER_KEY).toEqual(
      Buffer.alloc(32, 7),
    )
    writeFileSync(file, 'c2VjcmV0LWJ1dC10b28tc2hvcnQ=')
    const wrong = refusalOf({ ...rest, MASTER_KEY_FILE: file })
    expect(wrong.message).toMatch(/MASTER_KEY: must be 32 bytes/)
    expect(wrong.message).not.toContain('c2Vj')
    rmSync(folder, { recursive: true })
    const missing = refusalOf({ ...rest, MASTER_KEY_FILE: file })
    expect(missing.message).toMatch(/MASTER_KEY_FILE: must name a file .* \(ENOENT\)/)
  })

  it('names every bad variable at once, and whether it is missing', () => {
    const refusal = refusalOf({ PORT: '65536', MASTER_KEY: key, PUBLIC_URL: 'ftp://x' })
    expect(refusal.variables.map(({ variable }) => variable)).toEqual([
      'PORT',
      'PUBLIC_URL',
      'EVENTSTORE_URL',
    ])
    expect(refusal.message).toContain('PORT: must be a port')
    expect(refusal.message).toMatch(
      /EVENTSTORE_URL: must be a connection string .* \(it is not set\)/,
    )
  })

  it('never repeats a value', () => {
    const secret = 'c2VjcmV0LWJ1dC10b28tc2hvcnQ='
    const refusal = refusalOf({ ...good, MASTER_KEY: secret, LOG_LEVEL: 'verbose-secret' })
    expect(refusal.variables.map(({ variable }) => variable)).toEqual(['MASTER_KEY', 'LOG_LEVEL'])
    expect(`${refusal.message}${JSON.stringify(refusal)}`).not.toMatch(/c2Vj|verbose/)
  })

  it.each([
    ['PORT', '-1'],
    ['PORT', '1e3'],
    ['PORT', ' 80'],
    ['RATES_POLL_SECONDS', '0'],
    ['RATES_POLL_SECONDS', '1.5'],
    ['PUBLIC_URL', 'localhost:8080'],
    ['PUBLIC_URL', 'javascript:alert(1)'],
    ['EVENTSTORE_URL', 'esdb://'],
    ['MASTER_KEY', Buffer.alloc(31).toString('base64')],
    ['TRUST_PROXY', 'yes'],
    ['LIMIT_TRIES', '60'],
    ['LIMIT_TRIES', '0/60'],
    ['LIMIT_TRIES', '60/0'],
    ['LIMIT_TRIES', '6e1/60'],
  ])('refuses %s=%s', (variable, value) => {
    expect(refusalOf({ ...good, [variable]: value }).variables).toMatchObject([{ variable }])
  })
})
