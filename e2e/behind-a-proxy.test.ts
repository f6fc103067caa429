// Behind a proxy that ends TLS, visitors are told apart by the address that the proxy saw, in every process.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Answer, codeOf, member, someAccount, visit } from './testing/person.ts'
import { startWorld, type World } from './testing/world.ts'

let world: World
const owner = someAccount('owner.of.it')
/** As many as one address has for one account. */
const TRIES = 10

beforeAll(async () => {
  world = await startWorld({ env: { TRUST_PROXY: 'true' } })
  await member(world.url, owner)
}, 300_000)
afterAll(() => world?.end(), 60_000)

/** Signs in through the proxy, which adds what it saw to what the visitor claims. */
function signIn(seen: string, password: string, claimed = ''): Promise<Answer> {
  const headers = { 'x-forwarded-for': claimed === '' ? seen : `${claimed}, ${seen}` }
  return visit(world.url).post('/api/sessions', { login: owner.username, password }, { headers })
}

it('a stranger who guesses is stopped, whatever address they claim, and the owner is not', async () => {
  for (let n = 0; n < TRIES; n++)
    expect((await signIn('203.0.113.6', 'a wrong password', `198.51.100.${n}`)).status).toBe(401)
  const stopped = await signIn('203.0.113.6', owner.password, '198.51.100.99')
  expect([stopped.status, Number(stopped.headers.get('retry-after')) > 0]).toEqual([429, true])
  expect((await signIn('203.0.113.8', owner.password)).status).toBe(201)
})

it('all addresses of one line are one', async () => {
  for (let n = 0; n < TRIES; n++)
    expect((await signIn(`2001:db8:1:2::${n + 1}`, 'a wrong password')).status).toBe(401)
  expect((await signIn('2001:db8:1:2:ffff::1', owner.password)).status).toBe(429)
  expect((await signIn('2001:db8:1:3::1', owner.password)).status).toBe(201)
})

it('what is no address counts as the proxy', async () => {
  const answer = await signIn('nonsense', owner.password)
  expect([answer.status, codeOf(answer)]).toEqual([201, undefined])
})
