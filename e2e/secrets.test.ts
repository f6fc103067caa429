// What people tell about themselves is nowhere in clear where it can't be erased: in the event store's files and in logs.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  type Account,
  expectStatus,
  member,
  type Person,
  someAccount,
  visit,
} from './testing/person.ts'
import { query, untilProjected } from './testing/read-models.ts'
import { startWorld, type World } from './testing/world.ts'

let world: World
let person: Person
let postId: string
const account: Account = {
  email: 'Wilhelmina.Quartermain@mail.example.org',
  username: 'quartermain.w',
  password: 'heliotrope-narwhal-4417',
}
const wrongPassword = 'vermilion-axolotl-9902'
const text = 'The periwinkle ledger nobody else may read in clear'

beforeAll(async () => {
  world = await startWorld()
  person = await member(world.url, account)
  const post = { title: text, body: `${text}, at some length.`, tags: [] }
  const made = expectStatus(201, await person.post('/api/posts', post))
  postId = (made.body as { id: string }).id
  // What is refused must not be remembered either.
  await visit(world.url).post('/api/users', { ...account, acceptTerms: true })
  await visit(world.url).post('/api/sessions', { login: account.email, password: wrongPassword })
  await visit(world.url).post('/api/users', { ...someAccount('x'), password: wrongPassword })
  await visit(world.url).get(`/api/posts?q=nothing`)
  await untilProjected(world)
}, 300_000)
afterAll(() => world?.end(), 60_000)

function filesUnder(folder: string): string[] {
  return readdirSync(folder).flatMap(name => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesUnder(path) : [path]
  })
}

/** Base64 of the text wherever it may begin in a longer one: the part that its neighbours do not change. */
function base64Forms(text: string): string[] {
  return [0, 1, 2].map(offset => {
    const encoded = Buffer.from(`${'\0'.repeat(offset)}${text}`).toString('base64')
    return encoded.slice(offset === 0 ? 0 : 4, -4)
  })
}

/** The ways in which a text may lie in a file. */
function formsOf(text: string): Buffer[] {
  const spellings = [text, text.toLowerCase(), text.toUpperCase(), encodeURIComponent(text)]
  return [
    ...spellings.flatMap(spelling => [Buffer.from(spelling), Buffer.from(spelling, 'utf16le')]),
    ...spellings
      .slice(0, 2)
      .flatMap(spelling => base64Forms(spelling).map(form => Buffer.from(form))),
    ...spellings.slice(0, 2).map(spelling => Buffer.from(Buffer.from(spelling).toString('hex'))),
  ]
}

/** The files that hold the text in any form. */
function filesWith(text: string, files: readonly string[]): string[] {
  const forms = formsOf(text)
  return files.filter(file => {
    const bytes = readFileSync(file)
    return forms.some(form => bytes.includes(form))
  })
}

const eventStoreFiles = () => filesUnder(join(world.dataDir, 'event-store'))
const logFiles = () =>
  filesUnder(world.dataDir).filter(file => /\.log(\.\d+)?$|\/logs\//.test(file))

const secrets = () => ({
  email: account.email,
  mailbox: account.email.split('@')[0] as string,
  username: account.username,
  password: account.password,
  'session token': person.cookie('__Host-session') as string,
  'mistyped password': wrongPassword,
  'master key': world.masterKey,
})

it('can find what is there: the search works', () => {
  expect(filesWith(postId, eventStoreFiles()).length).toBeGreaterThan(0)
  expect(filesWith('PostPublished', eventStoreFiles()).length).toBeGreaterThan(0)
  expect(filesWith('listening', logFiles()).length).toBeGreaterThan(0)
  const hidden = Buffer.from(`xy${account.email}z`).toString('base64')
  expect(base64Forms(account.email).some(form => hidden.includes(form))).toBe(true)
})

it('keeps no personal field and no secret in the event store', () => {
  for (const [name, secret] of Object.entries(secrets()))
    expect(filesWith(secret, eventStoreFiles()), name).toEqual([])
})

it('keeps what a person wrote sealed there, so that erasing the person erases it', () => {
  expect(filesWith(text, eventStoreFiles())).toEqual([])
})

it('keeps none of it in any log', () => {
  for (const [name, secret] of Object.entries(secrets()))
    expect(filesWith(secret, logFiles()), name).toEqual([])
})

it('keeps the password and the session token out of the read models too', async () => {
  // Projectors don't wait for the disk, so what they wrote need not be in a file yet.
  await query(world.databaseUrl, 'checkpoint')
  await world.process('postgres').kill()
  const files = filesUnder(join(world.dataDir, 'postgres'))
  expect(filesWith(postId, files).length).toBeGreaterThan(0)
  for (const secret of [
    account.password,
    person.cookie('__Host-session') as string,
    world.masterKey,
  ])
    expect(filesWith(secret, files)).toEqual([])
})
