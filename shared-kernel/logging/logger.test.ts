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
        request: { headers: { authorization: value, cookie: value, 'set-cookie': [value] } },
      }),
    ],
    [
      'in an error',
      (value: string) => ({
        err: Object.assign(new Error('x'), { config: { headers: { authorization: value } } }),
      }),
    ],
  ])('redacts secrets and personal data %s', (_where, entry) => {
    const { logger, lines } = listeningLogger()
    logger.error(entry('hunter2-secret'), 'refused')
    expect(lines[0]).toContain('[redacted]')
    expect(lines[0]).not.toContain('hunter2-secret')
  })

  it('leaves out what is below its level', () => {
    const { logger, lines } = listeningLogger('warn')
    logger.info('quiet')
    expect(lines).toEqual([])
  })
})
