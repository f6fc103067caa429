import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { LeadershipLost, liesInTheData, UnwritableRow } from './failures.ts'

const withCode = (code: string) => {
  const error = new pg.DatabaseError('refused', 1, 'error')
  error.code = code
  return error
}

describe('a failure', () => {
  it.each([
    ['a number out of range', withCode('22003')],
    ['a broken unique index', withCode('23505')],
    ['a value too long for its index', withCode('54000')],
    ['a row that has no text', new UnwritableRow('Column at: not a time')],
  ])('lies in the data: %s', (_what, error) => {
    expect(liesInTheData(error)).toBe(true)
  })

  it.each([
    ['a full disk', withCode('53100')],
    ['too many connections', withCode('53300')],
    ['a shutdown', withCode('57P01')],
    ['a deadlock', withCode('40P01')],
    ['a table that somebody dropped', withCode('42P01')],
    ['an error within Postgres', withCode('XX000')],
    ['a lost connection', new Error('Connection terminated unexpectedly')],
    ['a lost lead', new LeadershipLost('posts_1')],
  ])('may pass, and is tried again: %s', (_what, error) => {
    expect(liesInTheData(error)).toBe(false)
  })
})
