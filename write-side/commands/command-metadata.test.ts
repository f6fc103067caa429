import { describe, expect, it } from 'vitest'
import { createSecrets } from '../secrets.ts'
import { createMakeMetadata } from './command-metadata.ts'

let ids = 0
const clock = { now: () => new Date(0), randomId: () => `random-${++ids}` }
const make = createMakeMetadata(createSecrets(Buffer.alloc(32, 1)), clock)
const key = 'a-key-of-its-own'
const asked = (userId?: string, idempotencyKey: string | undefined = key) => ({
  visitor: userId === undefined ? undefined : { userId },
  idempotencyKey,
  correlationId: 'c-1',
})
const idOf = (...args: Parameters<typeof make>) => make(...args).commandId
const input = { title: 'One', tags: ['a'] }

describe('the id of a command', () => {
  it('follows from who asks, what for, and the key', () => {
    const id = idOf('PublishPost', asked('u-1'), input)
    expect(idOf('PublishPost', asked('u-1'), { ...input, title: 'Two' })).toBe(id)
    expect(idOf('PublishPost', asked('u-2'), input)).not.toBe(id)
    expect(idOf('EditPost', asked('u-1'), input)).not.toBe(id)
    expect(idOf('PublishPost', asked('u-1', 'another-key'), input)).not.toBe(id)
    expect(idOf('PublishPost', asked(), input)).not.toBe(id)
  })

  it('follows among guests from what they ask too, so that they can’t get at each other’s', () => {
    const id = idOf('RegisterUser', asked(), { username: 'ann' })
    expect(idOf('RegisterUser', asked(), { username: 'ann' })).toBe(id)
    expect(idOf('RegisterUser', asked(), { username: 'bob' })).not.toBe(id)
  })

  it('is random without a key', () => {
    const keyless = { ...asked('u-1'), idempotencyKey: undefined }
    expect(idOf('PublishPost', keyless, input)).not.toBe(idOf('PublishPost', keyless, input))
  })
})

describe('the fingerprint of a command', () => {
  const printOf = (...args: Parameters<typeof make>) => make(...args).commandFingerprint
  it('tells one input from another, in whatever order it comes', () => {
    const print = printOf('PublishPost', asked('u-1'), { title: 'One', tags: ['a'] })
    expect(printOf('PublishPost', asked('u-1'), { tags: ['a'], title: 'One' })).toBe(print)
    expect(printOf('PublishPost', asked('u-1'), { title: 'One', tags: ['b'] })).not.toBe(print)
  })

  it('can’t be computed without the master key', () => {
    const other = createMakeMetadata(createSecrets(Buffer.alloc(32, 2)), clock)
    expect(other('PublishPost', asked('u-1'), input).commandFingerprint).not.toBe(
      printOf('PublishPost', asked('u-1'), input),
    )
  })
})
