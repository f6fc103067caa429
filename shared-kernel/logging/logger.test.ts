import { describe, expect, it } from 'vitest'
import { createLogger } from './logger.ts'

function listeningLogger(level = 'info') {
  const lines: string[] = []
  const logger = createLogger({
    name: 'test',
    level,
    destination: { write: line => lines.push(line) },
  })
  return { logger, lines, entries: () => lines.map(line => JSON.parse(line)) }
}

const logged = (fields: object, message?: string) => {
  const { logger, lines, entries } = listeningLogger()
  logger.error(fields, message)
  return { line: lines[0] ?? '', entry: entries()[0] }
}

describe('createLogger', () => {
  it('writes one JSON line an entry, with name, level in words and time', () => {
    const { logger, lines, entries } = listeningLogger()
    logger.info({ port: 8080 }, 'listening')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/\}\n$/)
    expect(entries()[0]).toMatchObject({
      name: 'test',
      level: 'info',
      msg: 'listening',
      port: 8080,
    })
    expect(entries()[0].time).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
  })

  it.each([
    ['at the top', (value: string) => ({ password: value, 'set-cookie': value })],
    ['in a body', (value: string) => ({ body: { email: value, login: value, token: value } })],
    [
      'in headers',
      (value: string) => ({
        request: { headers: { authorization: value, Cookie: value, 'Set-Cookie': [value] } },
      }),
    ],
    ['at any depth', (value: string) => ({ a: { b: [{ c: { d: { 'x-api-key': value } } }] } })],
    [
      'in what a library hangs on an error',
      (value: string) => ({
        err: Object.assign(new Error('x'), { config: { password: value }, detail: value }),
      }),
    ],
    [
      'in the packet that could not be read',
      (value: string) => ({
        err: Object.assign(new Error('x'), { rawPacket: Buffer.from(value) }),
      }),
    ],
    [
      'in bytes',
      (value: string) => ({ chunk: Buffer.from(value), more: new TextEncoder().encode(value) }),
    ],
    [
      'in an object with insides',
      (value: string) => ({ map: new Map([[value, value]]), url: new URL(`http://x/${value}`) }),
    ],
    [
      'in an address',
      (value: string) => ({ err: new Error(`can't reach postgres://me:${value}@host/x`) }),
    ],
    [
      'in a quoted value of Postgres',
      (value: string) => ({
        err: Object.assign(new Error(`invalid input syntax for type integer: "${value}"`), {
          code: '22P02',
        }),
      }),
    ],
    [
      'in what is no JSON',
      (value: string) => {
        try {
          return { err: JSON.parse(value) }
        } catch (err) {
          return { err }
        }
      },
    ],
    ['in a child', (value: string) => ({ child: { password: value } })],
  ])('leaves out secrets and what strangers sent, %s', (_where, entry) => {
    const { line } = logged(entry('hunter2-secret'), 'refused')
    expect(line).toContain('refused')
    expect(line).not.toContain('hunter2')
  })

  it('leaves out addresses of people in messages and causes', () => {
    const { line } = logged(
      new Error('ann@example.org is taken', { cause: new Error('by bob@example.org') }),
    )
    expect(line).not.toContain('example.org')
    expect(line).toContain('is taken')
  })

  it('tells of an error its type, message, code, place and causes', () => {
    const root = Object.assign(new TypeError('no room'), { code: 'ENOSPC' })
    const { entry } = logged({ err: new Error('not written', { cause: root }) }, 'failed')
    expect(entry.err).toMatchObject({
      type: 'Error',
      message: 'not written',
      cause: { type: 'TypeError', message: 'no room', code: 'ENOSPC' },
    })
    expect(entry.err.stack).toMatch(/^ {4}at .*logger\.test/)
    expect(entry.err.stack).not.toContain('not written')
  })

  it('takes an error alone, with its message', () => {
    expect(logged(new Error('alone')).entry).toMatchObject({
      msg: 'alone',
      err: { message: 'alone' },
    })
  })

  it('tells the errors of an aggregate, and ends a chain of causes that has no end', () => {
    const { entry } = logged({ err: new AggregateError([new Error('one'), 'two'], 'both') })
    expect(entry.err.errors).toMatchObject([{ message: 'one' }, 'two'])
    const endless = new Error('endless')
    endless.cause = endless
    expect(logged({ err: endless }).entry.err).toMatchObject({
      message: 'endless',
      cause: '[circular]',
    })
    const deep = Array.from({ length: 1_000 }).reduce<Error>(
      cause => new Error('x', { cause }),
      new Error('y'),
    )
    expect(logged({ err: deep }).line.length).toBeLessThan(16_000)
  })

  it('lets no entry say who wrote it, when and how grave it is', () => {
    const { entry } = logged({ level: 'info', name: 'other', time: 'never', msg: 'fake' }, 'real')
    expect(entry).toMatchObject({ level: 'error', name: 'test', msg: 'real', level_: 'info' })
    expect(entry.time).toMatch(/^\d{4}-/)
  })

  it('writes no character that controls a terminal, and none that turns its text around', () => {
    const { line, entry } = logged(
      { err: new Error('a\u001b[2J\u009b31m\u202eb\u2028c\nd') },
      'x\u0007\u2066',
    )
    expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u)
    expect(entry.err.message).toBe('a\u001b[2J\u009b31m\u202eb\u2028c\nd')
  })

  it('leaves out what is below its level', () => {
    const { logger, lines } = listeningLogger('warn')
    logger.info('quiet')
    expect(lines).toEqual([])
  })

  it('goes on when nobody takes its lines', () => {
    const logger = createLogger({
      name: 'test',
      destination: {
        write() {
          throw new Error('no room')
        },
      },
    })
    expect(() => logger.info('unheard')).not.toThrow()
  })
})
