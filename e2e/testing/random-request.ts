// Requests that no honest client sends: any method, address, header field and body, drawn from what has tripped servers.
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

/** Texts by what they are apt to break: numbers, dates, quoting, encodings, lengths, markup, other systems' wildcards. */
const texts = [
  ...[
    '',
    ' ',
    '0',
    '-1',
    '1',
    '1.5',
    '1e309',
    '-0',
    'NaN',
    'Infinity',
    '0x10',
    '007',
    '250',
    '101',
  ],
  ...['9007199254740993', '9223372036854775807', '18446744073709551615', '18446744073709551616'],
  ...['null', 'undefined', 'true', '[]', '{}', '[object Object]', '__proto__', 'constructor'],
  ...[
    '%',
    '%%',
    '%00',
    '\u0000',
    '_',
    '*',
    '\\',
    "'",
    '"',
    '`',
    ';',
    '--',
    '$1',
    '%ff',
    '%ED%A0%80',
    '<b>',
    '&amp;',
  ],
  ...[
    '..',
    '../..',
    '/',
    '//',
    '//evil.example',
    'https://evil.example/',
    'javascript:alert(1)',
    '\\\\evil',
  ],
  ...[
    'new',
    'title',
    'rank',
    'price',
    'cap',
    'asc',
    'desc',
    '24h',
    '7d',
    '30d',
    'bitcoin',
    'BTC',
    '$BTC',
  ],
  ...[
    '2026-02-30T25:61:61Z',
    '0000-00-00',
    '+275760-09-13',
    '1970-01-01T00:00:00Z',
    '-271821-04-20',
  ],
  ...[
    'é',
    'e\u0301',
    '币',
    '비',
    'ا',
    '🚀',
    '\ud83d',
    '\udc00',
    '\u202e',
    '\u200b',
    '\ufeff',
    'İ',
    'ß',
    'ﬁ',
    '\u2028',
  ],
  ...[
    'a b',
    'a\tb',
    'a\nb',
    'a\r\nb: c',
    'x'.repeat(100),
    'x'.repeat(101),
    '币'.repeat(101),
    'x'.repeat(3_000),
  ],
  ...[
    'a '.repeat(200),
    '"'.repeat(300),
    '('.repeat(500),
    '[a](b)'.repeat(100),
    'eyJzIjoibmV3In0',
    'AAAA',
  ],
]

/** Header fields that our side reads or a library in it might. */
const fields: Readonly<Record<string, readonly string[]>> = {
  accept: [
    '*/*',
    'application/json',
    'text/html',
    'text/html;q=0',
    'nonsense',
    'a/b;q=-1',
    ',,,',
    '*/*;q=0',
  ],
  'accept-encoding': [
    '',
    'identity;q=0',
    '*;q=0',
    'br',
    'gzip, br;q=nonsense',
    'identity;q=0, *;q=0',
    'zstd',
    'deflate',
  ],
  'accept-language': ['en', 'de-CH, *;q=0.1', '*', '-', 'x'.repeat(2_000)],
  'if-none-match': ['*', '""', 'W/"', '"a", "b", W/"c"', '"'.repeat(300)],
  'if-match': ['*', '"1"', '"x"', ''],
  'if-modified-since': ['now', 'Thu, 32 Foo 2026 25:00:00 GMT', '0'],
  range: ['bytes=0-', 'bytes=5-1', 'bytes=-99999999999999999999', 'lines=1-2', 'bytes=0-0,1-1,2-2'],
  'cryptotalks-after': ['0', '1', '-1', '9223372036854775807', '18446744073709551615', 'soon'],
  'idempotency-key': [
    'short',
    'a-key-that-is-long-enough',
    'x'.repeat(129),
    'with blanks in it',
    '"',
    '',
  ],
  origin: ['null', 'https://evil.example', 'http://localhost', 'nonsense', ''],
  referer: ['https://evil.example/', 'nonsense', '//'],
  'sec-fetch-site': ['same-origin', 'cross-site', 'none', 'nonsense'],
  'sec-fetch-mode': ['navigate', 'cors', ''],
  'x-forwarded-for': [
    '203.0.113.9',
    '::1',
    '2001:db8::1',
    'nonsense',
    '1.2.3.4, 5.6.7.8',
    '',
    ', ,',
    'x'.repeat(2_000),
  ],
  'x-forwarded-proto': ['https', 'http', 'gopher', ''],
  'x-forwarded-host': ['evil.example', 'a:99999999', ''],
  forwarded: ['for=1.2.3.4;host=evil.example', '"'],
  'x-real-ip': ['10.0.0.1'],
  'x-correlation-id': ['ok', 'x'.repeat(2_000), '"; drop', '\u00e9'],
  traceparent: ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', 'nonsense'],
  authorization: ['Bearer x', 'Basic Og==', 'nonsense', ''],
  'content-type': [
    ...[
      'application/json',
      'application/x-www-form-urlencoded',
      'text/plain',
      'multipart/form-data; boundary=b',
    ],
    ...[
      'application/json; charset=utf-16',
      'application/json; charset="',
      'nonsense',
      '',
      ';',
      'application/json;',
    ],
  ],
  'content-encoding': ['gzip', 'br', 'identity', 'nonsense'],
  'content-language': ['en'],
  te: ['trailers', 'gzip'],
  'user-agent': ['', 'x'.repeat(4_000), 'Mozilla/5.0'],
  'cache-control': ['no-cache', 'max-age=-1', 'only-if-cached'],
  via: ['1.1 elsewhere', 'x'.repeat(1_000)],
  'x-http-method-override': ['DELETE'],
  'x-requested-with': ['XMLHttpRequest'],
}

const cookies = [
  ...[
    'after=0',
    'after=9223372036854775807',
    'after=soon',
    'after=',
    'theme=dark',
    'theme=light',
    'theme=pink',
  ],
  ...[
    '__Host-session=',
    `__Host-session=${'A'.repeat(43)}`,
    '__Host-session=%%%',
    '__Host-session=";--',
    '=',
    ';;',
    '"',
  ],
  `x=${'y'.repeat(3_000)}`,
]

/** A field's value may hold no control characters and none beyond Latin-1: what a client library can send at all. */
const sendable = (text: string): string => text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '').trim()

/** Half a character becomes the sign for one that can't be shown: an address holds UTF-8 or nothing. */
const escaped = (text: string): string => encodeURIComponent(Buffer.from(text).toString())

/** Escaped as an address needs it, or as little as one can get away with. */
const inAddress = (chance: Chance, text: string): string =>
  chance.happens(0.7) ? escaped(text) : text.replaceAll(/[^\x21-\x7e]/gu, escaped)

const word = (chance: Chance, targets: Targets): string =>
  chance.pick(chance.happens(0.4) ? targets.known : texts)

function pathOf(chance: Chance, asked: Operation, targets: Targets): string {
  const template = chance.happens(0.95) ? asked.path : `/${chance.some(texts, 4).join('/')}`
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
    ...texts,
  ])

function jsonOf(chance: Chance, whole: object): string {
  const changed = Object.entries(whole).flatMap(([name, value]): [string, unknown][] => {
    if (chance.happens(0.05)) return []
    return [[name, chance.happens(0.2) ? anything(chance) : value]]
  })
  if (chance.happens(0.1)) changed.push([chance.pick(texts), anything(chance)])
  const text = JSON.stringify(Object.fromEntries(changed))
  if (chance.happens(0.05)) return text.slice(0, chance.whole(text.length))
  return chance.happens(0.03) ? JSON.stringify(anything(chance)) : text
}

function bodyOf(chance: Chance, whole: object): { type: string; bytes: Buffer } {
  if (chance.happens(0.6))
    return { type: 'application/json', bytes: Buffer.from(jsonOf(chance, whole)) }
  if (chance.happens(0.6)) {
    const values = Object.entries(whole).map(([name, value]) => {
      const typed = chance.happens(0.3) ? chance.pick(texts) : String(value)
      return `${name}=${inAddress(chance, typed)}`
    })
    return { type: 'application/x-www-form-urlencoded', bytes: Buffer.from(values.join('&')) }
  }
  const bytes = Buffer.from(Array.from({ length: chance.whole(300) }, () => chance.whole(256)))
  return { type: chance.pick(fields['content-type'] ?? []), bytes }
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
  for (const name of chance.some(Object.keys(fields), 3))
    chosen.set(name, chance.happens(0.7) ? chance.pick(fields[name] ?? []) : chance.pick(texts))
  const hasBody = !['GET', 'HEAD', 'DELETE', 'OPTIONS'].includes(method) && chance.happens(0.95)
  const body = hasBody ? bodyOf(chance, asked.body ?? {}) : undefined
  if (body !== undefined && chance.happens(0.9)) chosen.set('content-type', body.type)
  const jar = [...(cookie === undefined ? [] : [cookie]), ...chance.some(cookies, 2)]
  if (jar.length > 0) chosen.set('cookie', jar.join('; '))
  return {
    method,
    path: pathOf(chance, asked, targets),
    headers: [...chosen].flatMap(([name, value]) => [name, sendable(value)]),
    body: body?.bytes,
  }
}
