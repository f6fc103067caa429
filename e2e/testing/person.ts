// Somebody who uses the site as a program does: by HTTP, with cookies kept and every write under a key.
import { randomUUID } from 'node:crypto'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** The body as text, and as JSON where it is some. */
  readonly text: string
  readonly body: unknown
}

export interface Request {
  readonly json?: unknown
  /** Sent as it stands. */
  readonly raw?: string | Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
  /** The Idempotency-Key; a random one for writes, none when null. */
  readonly key?: string | null
  readonly signal?: AbortSignal
  /** Whether to send and keep cookies; true unless told otherwise. */
  readonly cookies?: boolean
}

export interface Person {
  readonly url: string
  send(method: string, path: string, request?: Request): Promise<Answer>
  get(path: string, request?: Request): Promise<Answer>
  post(path: string, json: unknown, request?: Request): Promise<Answer>
  /** A cookie's value, if it is set. */
  cookie(name: string): string | undefined
}

// Longer than any bounded wait of the servers: what takes this long hangs.
const hangsAfterMilliseconds = 30_000

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A visitor without an account. */
export function visit(url: string): Person {
  const jar = new Map<string, string>()
  const keep = (headers: Headers) => {
    for (const line of headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (name === undefined || value === undefined) continue
      if (value === '' || /max-age=0/i.test(line)) jar.delete(name)
      else jar.set(name, value)
    }
  }
  const send: Person['send'] = async (method, path, request = {}) => {
    const { json, raw, key = randomUUID(), cookies = true } = request
    const writes = method !== 'GET' && method !== 'HEAD'
    const headers: Record<string, string> = {
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...(writes && key !== null && { 'idempotency-key': key }),
      ...(cookies && jar.size > 0 && { cookie: [...jar].map(pair => pair.join('=')).join('; ') }),
      ...request.headers,
    }
    const body = raw ?? (json === undefined ? undefined : JSON.stringify(json))
    const answer = await fetch(`${url}${path}`, {
      method,
      headers,
      redirect: 'manual',
      signal: request.signal ?? AbortSignal.timeout(hangsAfterMilliseconds),
      ...(body !== undefined && { body }),
    })
    const text = await answer.text()
    if (cookies) keep(answer.headers)
    return { status: answer.status, headers: answer.headers, text, body: jsonOf(text) }
  }
  return {
    url,
    send,
    get: (path, request) => send('GET', path, request),
    post: (path, json, request) => send('POST', path, { ...request, json }),
    cookie: name => jar.get(name),
  }
}

export interface Account {
  readonly email: string
  readonly username: string
  readonly password: string
}

/** A made-up account whose every part can be found again. */
export function someAccount(username: string): Account {
  return { email: `${username}@example.org`, username, password: `secret of ${username} 7301` }
}

/** Makes the account and signs it in. Throws when either is refused. */
export async function member(url: string, account: Account): Promise<Person> {
  const person = visit(url)
  expectStatus(201, await person.post('/api/users', { ...account, acceptTerms: true }))
  const { username: login, password } = account
  expectStatus(201, await person.post('/api/sessions', { login, password }))
  return person
}

/** Throws, with the answer's words, unless it has this status. */
export function expectStatus(status: number, answer: Answer): Answer {
  if (answer.status !== status)
    throw new Error(`Expected ${status}, got ${answer.status}: ${answer.text.slice(0, 500)}`)
  return answer
}

/** The position that a write's answer stands at. */
export function positionOf({ headers }: Answer): bigint {
  return BigInt(headers.get('cryptotalks-position') ?? '0')
}

/** A stable code, if the answer is a problem. */
export function codeOf({ body }: Answer): string | undefined {
  const code = (body as { code?: unknown } | undefined)?.code
  return typeof code === 'string' ? code : undefined
}
