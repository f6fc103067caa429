// Users: signing in, their life by the Users service, how they are kept, and what a change means for those signed in.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { aStream, events, failureOf, labels } from './harness.ts'
import { ADMIN, type Login, NOBODY, OPERATOR, SecureServer } from './secure-server.ts'

const UNAUTHENTICATED = 16
const DENIED = { code: 7, exception: 'access-denied' }
const notFound = { code: 5, exception: 'user-not-found' }

let house: SecureServer
const begin = async (options?: ConstructorParameters<typeof SecureServer>[0]): Promise<void> => {
  house = new SecureServer(options)
  await house.start()
}
afterEach(() => house.remove())

/** The status with which a login is refused, 0 if it is not. */
async function statusOf(login: Login): Promise<number> {
  try {
    await labels(house.as(login).readStream('missing'))
    return 0
  } catch (error) {
    const { code, type } = error as { code?: number; type?: string }
    return type === 'stream-not-found' ? 0 : (code ?? -1)
  }
}
const u = (password: string): Login => ({ username: 'u', password })

describe('on a server that keeps nothing', () => {
  beforeEach(() => begin())

  test('whoever signs in with a wrong password or an unknown name is not let in', async () => {
    expect(await statusOf(ADMIN)).toBe(0)
    expect(await statusOf(OPERATOR)).toBe(0)
    expect(await statusOf({ username: 'admin', password: 'wrong' })).toBe(UNAUTHENTICATED)
    expect(await statusOf({ username: 'nobody', password: 'changeit' })).toBe(UNAUTHENTICATED)
    const append = house.as({ username: 'ops', password: 'x' }).appendToStream('a', events('a'))
    expect(await failureOf(append)).toMatchObject({ code: UNAUTHENTICATED })
  })

  test('names and passwords may hold any letters, and colons in passwords', async () => {
    const odd = { username: 'Zoë @/', password: 'pä:ss wörd:%' }
    const fields = { loginName: odd.username, password: odd.password, fullName: 'Z' }
    expect(await house.change('create', fields)).toBe('done')
    expect(await statusOf(odd)).toBe(0)
  })

  test('many calls that come in before the first is let in wait for one verification', async () => {
    const client = house.as(ADMIN)
    // Far more than may wait for a verification of their own.
    const reads = Array.from({ length: 500 }, (_, i) =>
      failureOf(labels(client.readStream(`missing-${i}`))),
    )
    const types = (await Promise.all(reads)).map(error => error.type)
    expect(new Set(types)).toEqual(new Set(['stream-not-found']))
  })

  test('a user is made, shown, changed and removed', async () => {
    const fields = { loginName: 'u', password: 'p1', fullName: 'Full', groupsList: ['x', 'y'] }
    const shown = { login: 'u', fullName: 'Full', groups: ['x', 'y'], disabled: false }
    expect(await house.change('create', fields)).toBe('done')
    expect(await house.details('u')).toEqual([shown])
    const changed = { loginName: 'u', fullName: 'Other', groupsList: ['z'] }
    expect(await house.change('update', changed)).toBe('done')
    expect(await house.details('u')).toEqual([{ ...shown, fullName: 'Other', groups: ['z'] }])
    const everybody = (await house.details()) as readonly { login: string }[]
    expect(everybody.map(user => user.login)).toEqual(['ops', 'admin', 'u'])
    expect(await house.change('delete', { loginName: 'u' })).toBe('done')
    expect(await house.details('u')).toEqual(notFound)
    expect(await house.details()).toHaveLength(2)
  })

  test('a user made again after its removal has nothing of the former one', async () => {
    await house.addUser('u', 'x')
    await house.change('delete', { loginName: 'u' })
    const again = { loginName: 'u', password: 'p2', fullName: 'Again' }
    expect(await house.change('create', again)).toBe('done')
    expect(await house.details('u')).toMatchObject([{ fullName: 'Again', groups: [] }])
    expect(await statusOf(u('p2'))).toBe(0)
    expect(await labels(house.as(ADMIN).readStream('$user-u'))).toHaveLength(1)
    expect(await house.details()).toHaveLength(3)
  })

  test('who is made twice is one if the password is the same, else a conflict', async () => {
    const fields = { loginName: 'u', password: 'p1', fullName: 'F' }
    expect(await house.change('create', fields)).toBe('done')
    expect(await house.change('create', fields)).toBe('done')
    expect(await house.change('create', { ...fields, password: 'p2' })).toEqual({
      code: 9,
      exception: 'user-conflict',
    })
    const atOnce = (passwords: string[]) =>
      passwords.map(password => house.change('create', { ...fields, loginName: 'v', password }))
    const endings = await Promise.all(atOnce(['p1', 'p1', 'p2']))
    expect(endings).toContain('done')
    expect(endings[1]).toEqual(endings[0])
    expect(endings[2]).not.toEqual(endings[0])
    expect(await labels(house.as(ADMIN).readStream('$user-v'))).toHaveLength(1)
    expect(await house.details()).toHaveLength(4)
  })

  test('nobody can be changed who is not there', async () => {
    const loginName = 'none'
    const passwords = { currentPassword: 'a', newPassword: 'b' }
    for (const method of ['update', 'delete', 'enable', 'disable'] as const) {
      expect(await house.change(method, { loginName })).toEqual(notFound)
    }
    expect(await house.change('changePassword', { loginName, ...passwords })).toEqual(notFound)
    expect(await house.change('resetPassword', { loginName, newPassword: 'b' })).toEqual(notFound)
  })

  test('names and passwords that could not be used are refused', async () => {
    const fields = { loginName: 'u', password: 'p', fullName: 'F' }
    const invalid = { code: 3, exception: undefined }
    for (const loginName of ['', 'a:b', 'a\nb', 'x'.repeat(300)]) {
      expect(await house.change('create', { ...fields, loginName })).toEqual(invalid)
    }
    for (const password of ['', 'x'.repeat(2000)]) {
      expect(await house.change('create', { ...fields, password })).toEqual(invalid)
    }
    expect(await house.change('create', { ...fields, groupsList: ['x'.repeat(70_000)] })).toEqual(
      invalid,
    )
  })

  test('only administrators change others; everybody may change their own password', async () => {
    const user = await house.addUser('u')
    await house.addUser('v')
    const made = { loginName: 'w', password: 'p', fullName: 'W' }
    for (const by of [user, OPERATOR, NOBODY]) {
      expect(await house.change('create', made, by)).toEqual(DENIED)
      expect(await house.change('delete', { loginName: 'v' }, by)).toEqual(DENIED)
    }
    expect(await house.details('v', user)).toHaveLength(1)
    expect(await house.details('v', NOBODY)).toEqual(DENIED)
    const change = (loginName: string, currentPassword: string) =>
      house.change('changePassword', { loginName, currentPassword, newPassword: 'p9' }, user)
    expect(await change('v', 'password of v')).toEqual(DENIED)
    expect(await change('u', 'wrong')).toEqual(DENIED)
    expect(await change('u', user.password)).toBe('done')
    expect(await statusOf(u('p9'))).toBe(0)
  })

  test('a member of $admins may do what admin may', async () => {
    const boss = await house.addUser('boss', '$admins')
    expect(
      await house.change('create', { loginName: 'w', password: 'p', fullName: '' }, boss),
    ).toBe('done')
    await house.as(boss).appendToStream('$own', events('a'))
  })

  test('who is disabled is not let in, and what they have open ends', async () => {
    const user = await house.addUser('u')
    const subscription = house.as(user).subscribeToStream(aStream())
    const ended = new Promise(resolve => subscription.on('error', resolve))
    await new Promise(resolve => subscription.on('confirmation', resolve))
    expect(await house.change('disable', { loginName: 'u' })).toBe('done')
    expect(await statusOf(user)).toBe(UNAUTHENTICATED)
    expect(await ended).toMatchObject({ code: UNAUTHENTICATED })
    expect(await house.details('u')).toMatchObject([{ disabled: true }])
    expect(await house.change('enable', { loginName: 'u' })).toBe('done')
    expect(await statusOf(user)).toBe(0)
  })

  test('groups count from the moment they are changed', async () => {
    const user = await house.addUser('u', '$admins')
    const readAll = () => labels(house.as(user).readAll({ maxCount: 1 }))
    expect(await readAll()).toHaveLength(1)
    await house.change('update', { loginName: 'u', fullName: 'U', groupsList: [] })
    expect(await failureOf(readAll())).toMatchObject({ type: 'access-denied', code: 7 })
  })

  test.each([
    ['a new password', () => house.change('resetPassword', { loginName: 'u', newPassword: 'p2' })],
    ['a removal', () => house.change('delete', { loginName: 'u' })],
  ])('%s ends what was open by the old one', async (_, change) => {
    const user = await house.addUser('u')
    const subscription = house.as(user).subscribeToStream(aStream())
    const ended = new Promise(resolve => subscription.on('error', resolve))
    await new Promise(resolve => subscription.on('confirmation', resolve))
    expect(await change()).toBe('done')
    expect(await ended).toMatchObject({ code: UNAUTHENTICATED })
    expect(await statusOf(user)).toBe(UNAUTHENTICATED)
  })

  test('passwords are kept as argon2id hashes alone', async () => {
    await house.addUser('u', 'x')
    const admin = house.as(ADMIN)
    const everything: string[] = []
    for await (const { event } of admin.readAll()) everything.push(JSON.stringify(event?.data))
    expect(everything.join()).not.toContain('password of u')
    const [user] = everything.filter(text => text.includes('"loginName":"u"'))
    expect(JSON.parse(user ?? '')).toMatchObject({
      groups: ['x'],
      hash: expect.stringMatching(/^\$argon2id\$/),
    })
  })

  test('what is no user in the stream of one lets nobody in', async () => {
    await house.addUser('u')
    await house.as(ADMIN).appendToStream('$user-u', events('garbage'))
    expect(await statusOf(u('password of u'))).toBe(UNAUTHENTICATED)
    expect(await house.details('u')).toEqual(notFound)
  })

  test('after a reset the first users are there again, alone and with their first passwords', async () => {
    await house.addUser('u')
    await house.change('resetPassword', { loginName: 'admin', newPassword: 'p2' })
    house.server.reset()
    expect(await statusOf(ADMIN)).toBe(0)
    expect(await statusOf(u('password of u'))).toBe(UNAUTHENTICATED)
    expect(await house.details()).toHaveLength(2)
  })
})

test('users outlive a restart', async () => {
  await begin({ durable: true })
  const user = await house.addUser('u', 'x')
  await house.change('resetPassword', { loginName: 'admin', newPassword: 'p2' })
  await house.stop()
  await house.start()
  const admin = { username: 'admin', password: 'p2' }
  expect(await statusOf(user)).toBe(0)
  expect(await statusOf(ADMIN)).toBe(UNAUTHENTICATED)
  expect(await house.details('', admin)).toMatchObject([{}, {}, { login: 'u', groups: ['x'] }])
})

test('the first passwords can be chosen', async () => {
  await begin({ defaultPasswords: { admin: 'own', ops: 'other' } })
  expect(await statusOf(ADMIN)).toBe(UNAUTHENTICATED)
  expect(await statusOf({ username: 'admin', password: 'own' })).toBe(0)
  expect(await statusOf({ username: 'ops', password: 'other' })).toBe(0)
})
