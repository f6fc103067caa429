import { describe, expect, test } from 'vitest'
import { wordsForPeople } from './words-for-people.ts'

const entry = (fields: object) => JSON.stringify({ level: 'error', name: 'x', ...fields })

describe('a line of a log on the terminal', () => {
  test('says which request was answered how, and why', () => {
    const err = { message: 'not stored', cause: { message: '', code: 'ENOSPC' } }
    const line = entry({ msg: 'answered', method: 'POST', route: '/api/posts', status: 503, err })
    expect(wordsForPeople(line)).toBe('error: POST /api/posts answered 503 (not stored: ENOSPC)')
  })

  test('names a cause once, however often it is repeated, and by its kind when it has no words', () => {
    const err = { message: 'away: refused', cause: { message: 'refused', cause: { type: 'Odd' } } }
    expect(wordsForPeople(entry({ msg: 'lost', err }))).toBe('error: lost (away: refused: Odd)')
  })

  test('names the place of damage in a log', () => {
    const line = entry({ msg: 'The event log is damaged', file: 'events-1.log', position: 51954 })
    expect(wordsForPeople(line)).toBe('error: The event log is damaged (events-1.log at 51954)')
  })

  test('leaves out what nobody needs to see', () => {
    expect(wordsForPeople(entry({ level: 'info', msg: 'answered' }))).toBeUndefined()
    expect(wordsForPeople('    at somewhere (file.ts:1:1)')).toBeUndefined()
  })

  test.each([
    ['in a message', entry({ msg: 'a\u001b[2J\u001b]0;title\u0007b' })],
    ['in a cause', entry({ msg: 'x', err: { message: 'a\u001b[31mb\r\nerror: forged' } })],
    [
      'in a cause of a cause',
      entry({ msg: 'x', err: { message: 'x', cause: { message: '\u009b2J' } } }),
    ],
    ['in a route', entry({ msg: 'answered', method: 'GET', route: '/\u202e\u2066', status: 500 })],
    ['in what is no JSON', '{"level":"error","msg":"\u001b[2J'],
    ['in plain words', 'plain \u001b[2J\u2028 words \u0000\u0085'],
  ])('holds nothing that controls the terminal, %s', (_, line) => {
    expect(wordsForPeople(line)).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+$/u)
  })
})
