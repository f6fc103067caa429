// Fills an empty log with demo content, through the same public commands that people's browsers send.
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEMO_PASSWORD, DEMO_USERS } from './accounts.ts'
import { hasContent } from './has-content.ts'
import { type DemoPost, readDemoPosts } from './posts.ts'

export interface SeedOptions {
  readonly url: string
  readonly publicUrl: string
  readonly eventStoreUrl: string
  /** Remembers whether the demo content is wanted, begun or whole. */
  readonly dataDir: string
  readonly onLine: (line: string) => void
}

const REQUEST_WITHIN_MS = 15_000
const TRIES = 20
const LONGEST_PAUSE_MS = 30_000

/**
 * Seeds when the log holds no users and posts. Begun once, it is finished at the next start: every
 * command's idempotency key follows from its content, so nothing comes in twice.
 * @throws when a command is refused, or the site does not answer for minutes
 */
export async function seedDemoContent(options: SeedOptions): Promise<void> {
  const marker = join(options.dataDir, 'demo-content')
  const state = existsSync(marker) ? readFileSync(marker, 'utf8') : undefined
  if (state === 'whole' || state === 'unwanted') return
  if (state === undefined && (await hasContent(options.eventStoreUrl))) {
    writeFileSync(marker, 'unwanted', { mode: 0o600 })
    return
  }
  writeFileSync(marker, 'begun', { mode: 0o600 })
  const posts = readDemoPosts()
  options.onLine(`Writing the demo content: ${DEMO_USERS.length} users, ${posts.length} posts`)
  const cookies = new Map<string, string>()
  for (const user of DEMO_USERS) cookies.set(user, await signUpAndIn(options, user))
  for (const post of posts) await publish(options, post, cookies.get(post.author) ?? '')
  writeFileSync(marker, 'whole', { mode: 0o600 })
}

/** Returns the session's cookie. */
async function signUpAndIn(options: SeedOptions, username: string): Promise<string> {
  const email = `${username}@example.com`
  const account = { email, username, password: DEMO_PASSWORD, acceptTerms: true }
  await send(options, '/api/users', account, { key: `demo-user-${username}` })
  const login = { login: username, password: DEMO_PASSWORD }
  const answer = await send(options, '/api/sessions', login, { key: randomUUID() })
  const [cookie] = answer.headers.getSetCookie().filter(line => line.startsWith('__Host-session='))
  if (cookie === undefined) throw new Error(`Signing in as ${username} gave no session`)
  return cookie.split(';', 1)[0] as string
}

async function publish(options: SeedOptions, post: DemoPost, cookie: string): Promise<void> {
  const { title, tags, body } = post
  const digest = createHash('sha256').update(JSON.stringify(post)).digest('hex')
  const key = `demo-post-${digest.slice(0, 32)}`
  await send(options, '/api/posts', { title, tags, body }, { key, cookie })
}

/** Sends one command until it is answered for good; a process may be restarted in between. */
async function send(
  { url, publicUrl }: SeedOptions,
  path: string,
  body: unknown,
  { key, cookie }: { readonly key: string; readonly cookie?: string },
): Promise<Response> {
  const headers = {
    'content-type': 'application/json',
    'idempotency-key': key,
    // Seen from the site, we come in by its public name.
    host: new URL(publicUrl).host,
    ...(cookie === undefined ? {} : { cookie }),
  }
  const request = { method: 'POST', headers, body: JSON.stringify(body) }
  let last = ''
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const answer = await fetch(new URL(path, url), {
      ...request,
      signal: AbortSignal.timeout(REQUEST_WITHIN_MS),
    }).catch((error: unknown) => String(error))
    if (typeof answer !== 'string' && answer.ok) return answer
    last = typeof answer === 'string' ? answer : `${answer.status} ${await answer.text()}`
    if (typeof answer !== 'string' && !isPassing(answer.status)) break
    await pauseBefore(attempt, typeof answer === 'string' ? undefined : answer)
  }
  throw new Error(`The demo content could not be written: POST ${path} answers ${last}`)
}

const isPassing = (status: number) => status === 429 || status >= 500

function pauseBefore(attempt: number, answer: Response | undefined): Promise<void> {
  const asked = Number(answer?.headers.get('retry-after') ?? 0) * 1_000
  const ms = Math.min(Math.max(asked, 100 * 2 ** Math.min(attempt, 6)), LONGEST_PAUSE_MS)
  return new Promise(resolve => setTimeout(resolve, ms))
}
