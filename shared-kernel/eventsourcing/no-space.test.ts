import { describe, expect, it } from 'vitest'
import { noSpaceIn } from './no-space.ts'

const coded = (code: string, message = 'failed') => Object.assign(new Error(message), { code })

describe('a full disk', () => {
  it.each([
    ['the system', coded('ENOSPC', 'ENOSPC: no space left on device, write'), 'no space left'],
    ['a quota', coded('EDQUOT'), 'failed'],
    ['PostgreSQL', coded('53100', 'could not extend file "base/1"'), 'could not extend'],
    ['the event store', new Error('Could not recognize There is no room left in /data.'), '/data'],
    [
      'a cause of a cause',
      new Error('a', { cause: new Error('b', { cause: coded('ENOSPC') }) }),
      'failed',
    ],
  ])('is told of by %s', (_, error, words) => expect(noSpaceIn(error)).toContain(words))

  it.each([
    ['another error', coded('ECONNREFUSED', 'connect ECONNREFUSED')],
    ['no error', 'ENOSPC'],
    ['nothing', undefined],
  ])('is not what %s tells of', (_, error) => expect(noSpaceIn(error)).toBeUndefined())

  it('is looked for in a chain of causes that has no end, and not found', () => {
    const endless = new Error('endless')
    endless.cause = endless
    expect(noSpaceIn(endless)).toBeUndefined()
  })
})
