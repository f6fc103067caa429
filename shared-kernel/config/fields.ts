// The kinds of values that the processes' variables hold; each message says what the variable should be.
import { z } from 'zod'

const required = (expected: string) => z.string({ error: expected })

function wholeNumber(least: number, most: number, expected: string) {
  return required(expected)
    .regex(/^\d{1,15}$/, { error: expected, abort: true })
    .transform(Number)
    .refine(value => value >= least && value <= most, { error: expected })
}

/** A TCP port; 0 means any free one. */
export const port = () => wholeNumber(0, 65_535, 'must be a port, from 0 (any free one) to 65535')

/** A span of time in whole seconds. */
export const seconds = (least = 1, most = 86_400) =>
  wholeNumber(least, most, `must be whole seconds, from ${least} to ${most}`)

/** A count. */
export const count = (least: number, most: number) =>
  wholeNumber(least, most, `must be a whole number from ${least} to ${most}`)

const limitPattern = /^(\d{1,7})\/(\d{1,7})$/

/** At most so much in so many seconds: `60/600`. */
export const limit = () => {
  const expected = 'must be a count and seconds, both at least 1, such as 60/600'
  return required(expected)
    .regex(limitPattern, { error: expected, abort: true })
    .transform(text => {
      const [, most, seconds] = limitPattern.exec(text) ?? []
      return { most: Number(most), seconds: Number(seconds) }
    })
    .refine(({ most, seconds }) => most >= 1 && seconds >= 1, { error: expected })
}

/** An http or https URL, given back without a slash at its end. */
export const httpUrl = () => {
  const expected = 'must be a URL that begins with http:// or https://'
  return required(expected)
    .refine(text => /^https?:\/\//.test(text) && URL.canParse(text), { error: expected })
    .transform(text => text.replace(/\/+$/, ''))
}

/** A connection string of one of these schemes. Not read as a URL, since a cluster's names several hosts. */
export const connectionString = (...schemes: readonly [string, ...string[]]) => {
  const expected = `must be a connection string that begins with ${schemes.map(scheme => `${scheme}://`).join(' or ')}`
  return required(expected).refine(
    text =>
      schemes.some(scheme => text.startsWith(`${scheme}://`) && text.length > scheme.length + 3),
    { error: expected },
  )
}

/** The event store's connection string. */
export const eventStoreUrl = () =>
  connectionString('esdb', 'esdb+discover', 'kurrentdb', 'kurrentdb+discover')

/** The connection string of the read models, or of the keyring. */
export const postgresUrl = () => connectionString('postgres', 'postgresql')

/** A key of 256 bits in base64, given as its 32 bytes. */
export const key256 = () => {
  const expected = 'must be 32 bytes in base64 (make one with: openssl rand -base64 32)'
  return required(expected)
    .regex(/^[A-Za-z0-9+/]{43}=$/, { error: expected, abort: true })
    .transform(text => Buffer.from(text, 'base64'))
}

/** How much to log. */
export const logLevel = () =>
  z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be one of fatal, error, warn, info, debug, trace, silent',
    })
    .default('info')

/** The address to listen on; this machine only, unless told otherwise. */
export const host = () => text('must be a host name or an IP address').default('127.0.0.1')

/** Anything but nothing: a path, a name. */
export const text = (expected: string) => required(expected).min(1, { error: expected })

/** `true` or `false`. */
export const flag = () =>
  z.enum(['true', 'false'], { error: 'must be true or false' }).transform(value => value === 'true')

/** Where the embedded stores lie, for sentences to operators; set by npm start. */
export const placeNames = {
  EVENTSTORE_FOLDER: text('must be a folder').optional(),
  KEYRING_FOLDER: text('must be a folder').optional(),
}
