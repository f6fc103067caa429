// A signed-in person who writes through the public face, as a program would.
import { randomUUID } from 'node:crypto'

export interface Visitor {
  /** What the Cookie header has to say. */
  readonly cookie: string
}

interface Sent {
  readonly status: number
  readonly position: bigint
  readonly cookies: readonly string[]
  readonly body: unknown
}

/** Sends one command; throws on any answer that is no success. */
export async function send(
  writeSideUrl: string,
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Sent> {
  const answer = await fetch(`${writeSideUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID(), ...headers },
    body: JSON.stringify(body),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`POST ${path} was answered ${answer.status}: ${text}`)
  return {
    status: answer.status,
    position: BigInt(answer.headers.get('cryptotalks-position') ?? 0),
    cookies: answer.headers.getSetCookie(),
    body: JSON.parse(text),
  }
}

/** Registers somebody and signs them in. */
export async function signedInVisitor(writeSideUrl: string, username: string): Promise<Visitor> {
  const account = { email: `${username}@example.org`, username, password: `${randomUUID()}` }
  await send(writeSideUrl, '/api/users', { ...account, acceptTerms: true })
  const { cookies } = await send(writeSideUrl, '/api/sessions', {
    login: username,
    password: account.password,
  })
  const session = cookies.find(cookie => cookie.startsWith('__Host-session='))
  if (session === undefined) throw new Error('Signing in set no session cookie')
  return { cookie: session.split(';', 1)[0] as string }
}
