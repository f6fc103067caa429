// Requests that no honest client sends: any method, address, header field and body, drawn from what has tripped servers.
import { oddCookies, oddFields, oddTexts } from './odd-values.ts'
import type { Chance } from './seeded-random.ts'

/** What an honest client asks for: a method, a path template, and a body that would be accepted, where it takes one. */
export interface Operation {
  readonly method: string
  readonly path: string
  readonly body?: Readonly<Record<string, unknown>> | undefined
}

/** What can be asked for, and with what. */
export interface Targets {
  readonly operations: readonly Operation[]
  /** Query parameters that some route takes. */
  readonly parameters: readonly string[]
  /** Values that lead somewhere: a slug, a user name, a coin, a cursor. */
  readonly known: readonly string[]
}

export interface RandomRequest {
  readonly method: string
  readonly path: string
  /** Name and value in turn, as they go over the wire. */
  readonly headers: readonly string[]
  readonly body: Buffer | undefined
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** A field's value may hold no control characters and none beyond Latin-1: what a client library can send at all. */
const sendable = (text: string): string => text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '').trim()

/** Half a character becomes the sign for one that can't be shown: an address holds UTF-8 or nothing. */
const escaped = (text: string): string => encodeURIComponent(Buffer.from(text).toString())

/** Escaped as an address needs it, or as little as one can get away with. */
const inAddress = (chance: Chance, text: string): string =>
  chance.happens(0.7) ? escaped(text) : text.replaceAll(/[^\x21-\x7e]/gu, escaped)

const word = (chance: Chance, targets: Targets): string =>
  chance.pick(chance.happens(0.4) ? targets.known : oddTexts)

function pathOf(chance: Chance, asked: Operation, targets: Targets): string {
  const template = chance.happens(0.95) ? asked.path : `/${chance.some(oddTexts, 4).join('/')}`
  const path = template
    .replaceAll(/\{\w+\}|:\w+/g, () => inAddress(chance, word(chance, targets)))
    .replaceAll(/[^\x21-\x7e]/gu, escaped)
  const pairs = chance.some(targets.parameters, 4).map(name => {
    const value = inAddress(chance, word(chance, targets))
    return chance.happens(0.1) ? name : `${name}=${value}`
  })
  const disfigured = chance.happens(0.05) ? path.toUpperCase() : path
  const doubled = chance.happens(0.03) ? `/${disfigured}` : disfigured
  return pairs.length > 0 ? `${doubled}?${pairs.join('&')}` : doubled
}

const anything = (chance: Chance): unknown =>
  chance.pick<unknown>([
    null,
    17,
    -0,
    1e308,
    true,
    [],
    {},
    [[]],
    [null],
    { a: { b: [] } },
    ...oddTexts,
  ])

function jsonOf(chance: Chance, whole: object): string {
  const changed = Object.entries(whole).flatMap(([name, value]): [string, unknown][] => {
    if (chance.happens(0.05)) return []
    return [[name, chance.happens(0.2) ? anything(chance) : value]]
  })
  if (chance.happens(0.1)) changed.push([chance.pick(oddTexts), anything(chance)])
  const text = JSON.stringify(Object.fromEntries(changed))
  if (chance.happens(0.05)) return text.slice(0, chance.whole(text.length))
  return chance.happens(0.03) ? JSON.stringify(anything(chance)) : text
}

function bodyOf(chance: Chance, whole: object): { type: string; bytes: Buffer } {
  if (chance.happens(0.6))
    return { type: 'application/json', bytes: Buffer.from(jsonOf(chance, whole)) }
  if (chance.happens(0.6)) {
    const values = Object.entries(whole).map(([name, value]) => {
      const typed = chance.happens(0.3) ? chance.pick(oddTexts) : String(value)
      return `${name}=${inAddress(chance, typed)}`
    })
    return { type: 'application/x-www-form-urlencoded', bytes: Buffer.from(values.join('&')) }
  }
  const bytes = Buffer.from(Array.from({ length: chance.whole(300) }, () => chance.whole(256)))
  return { type: chance.pick(oddFields['content-type'] ?? []), bytes }
}

/** One request; `cookie` is the visitor's own, if they are signed in. */
export function randomRequest(
  chance: Chance,
  targets: Targets,
  cookie: string | undefined,
): RandomRequest {
  const asked = chance.pick(targets.operations)
  const method = chance.happens(0.85) ? asked.method : chance.pick(methods)
  const chosen = new Map<string, string>()
  for (const name of chance.some(Object.keys(oddFields), 3))
    chosen.set(
      name,
      chance.happens(0.7) ? chance.pick(oddFields[name] ?? []) : chance.pick(oddTexts),
    )
  const hasBody = !['GET', 'HEAD', 'DELETE', 'OPTIONS'].includes(method) && chance.happens(0.95)
  const body = hasBody ? bodyOf(chance, asked.body ?? {}) : undefined
  if (body !== undefined && chance.happens(0.9)) chosen.set('content-type', body.type)
  const jar = [...(cookie === undefined ? [] : [cookie]), ...chance.some(oddCookies, 2)]
  if (jar.length > 0) chosen.set('cookie', jar.join('; '))
  return {
    method,
    path: pathOf(chance, asked, targets),
    headers: [...chosen].flatMap(([name, value]) => [name, sendable(value)]),
    body: body?.bytes,
  }
}
