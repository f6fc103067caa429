// Requests for the fuzz of the gateway: honest ones, and every kind of desynchronisation that has a name.
import type { Random } from './random.ts'

export interface Sent {
  readonly bytes: string
  /** Nothing is wrong with it: while nothing before it was, it must be passed on. */
  readonly honest: boolean
}

type Kind = (random: Random, id: string) => string

const CRLF = '\r\n'
const smuggled = (id: string) => `GET /smuggled/${id} HTTP/1.1${CRLF}Host: x${CRLF}${CRLF}`
const headOf = (method: string, id: string, fields: readonly string[], version = '1.1') =>
  [`${method} /${id} HTTP/${version}`, 'Host: x', ...fields, '', ''].join(CRLF)

function randomBody(random: Random, id: string): string {
  const size = random.pick([0, 1, 2, 15, 16, 17, 300, 5_000])
  const alphabet = ['a', '\r\n', '0\r\n\r\n', 'GET / HTTP/1.1\r\n', '\0', '\xff', ':'] as const
  let body = random.chance(0.2) ? smuggled(id) : ''
  while (body.length < size) body += random.pick(alphabet)
  return body
}

/** Cuts the body into chunks, in all the ways that are allowed. */
function chunked(random: Random, body: string): string {
  let out = ''
  for (let at = 0; at < body.length; ) {
    const size = Math.min(1 + random.integer(400), body.length - at)
    const hex = random.chance(0.5) ? size.toString(16) : size.toString(16).toUpperCase()
    const extension = random.chance(0.2) ? random.pick([';a', ';a=b', ';a="q;q"']) : ''
    const zeros = random.pick(['', '', '', '0', '000'])
    out += `${zeros}${hex}${extension}${CRLF}${body.slice(at, at + size)}${CRLF}`
    at += size
  }
  const trailer = random.chance(0.2)
    ? random.pick(['X-T: 1', 'Cookie: stolen=1', 'X-Forwarded-For: 6.6.6.6', 'Host: evil']) + CRLF
    : ''
  return `${out}0${CRLF}${trailer}${CRLF}`
}

const someFields = (random: Random, id: string): string[] => {
  const fields = [`Cookie: id=${id}`]
  if (random.chance(0.3))
    fields.push(
      `Connection: ${random.pick(['keep-alive', 'cookie', 'Cookie, Host', 'x-forwarded-for', 'content-length', 'transfer-encoding', 'sec-fetch-site'])}`,
    )
  if (random.chance(0.2))
    fields.push(random.pick(['X-Forwarded-For: 6.6.6.6', 'X-A: b\xe4', 'TE: trailers', 'X-Empty:']))
  return fields
}

const honest: readonly [Kind, ...Kind[]] = [
  (random, id) => headOf(random.pick(['GET', 'HEAD', 'DELETE', 'GET']), id, someFields(random, id)),
  (random, id) => {
    const body = randomBody(random, id)
    const fields = [...someFields(random, id), `Content-Length: ${body.length}`]
    return headOf(random.pick(['POST', 'PUT', 'PATCH']), id, fields) + body
  },
  (random, id) => {
    const body = chunked(random, randomBody(random, id))
    const coding = random.pick(['Transfer-Encoding: chunked', 'transfer-encoding:CHUNKED'])
    return (
      headOf(random.pick(['POST', 'PUT', 'PATCH']), id, [...someFields(random, id), coding]) + body
    )
  },
  // CL.0: a body that a service which takes none would read as the next request.
  (_, id) =>
    headOf('POST', id, [`Cookie: id=${id}`, `Content-Length: ${smuggled(id).length}`]) +
    smuggled(id),
  // An early answer: the service does not wait for the body.
  (random, id) => {
    const body = randomBody(random, id)
    return headOf('POST', `early/${id}`, [`Content-Length: ${body.length}`]) + body
  },
  (_, id) => `${headOf('POST', id, ['Expect: 100-continue', 'Content-Length: 3'])}abc`,
  (_, id) => headOf('GET', id, []).replace(`/${id}`, `http://x/${id}`),
]

const framings = (id: string): [string, ...string[]] => {
  const length = `Content-Length: ${smuggled(id).length}`
  return [
    length,
    `Connection: content-length${CRLF}${length}`,
    `Connection: close, Content-Length${CRLF}${length}`,
    `Content-Length:${CRLF} ${smuggled(id).length}`,
  ]
}

const codings: readonly [string, ...string[]] = [
  'Transfer-Encoding: chunked',
  'Transfer-Encoding : chunked',
  'Transfer-Encoding:\x0bchunked',
  'Transfer-Encoding: chunked\x00',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: identity, chunked',
  'Transfer-Encoding: "chunked"',
  'Transfer-Encoding:\r\n chunked',
  'Transfer-Encoding:\n chunked',
  'X: y\nTransfer-Encoding: chunked',
  'X: y\rTransfer-Encoding: chunked',
  ' Transfer-Encoding: chunked',
  'Transfer_Encoding: chunked',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: x',
  'Transfer-Encoding: x\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
  'Connection: transfer-encoding\r\nTransfer-Encoding: chunked',
]

const hostile: readonly [Kind, ...Kind[]] = [
  // 0.CL and 0.TE: a body where none belongs.
  (random, id) =>
    headOf(random.pick(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'PROPFIND']), id, [
      random.pick(framings(id)),
    ]) + smuggled(id),
  (random, id) =>
    headOf(random.pick(['GET', 'HEAD', 'DELETE', 'OPTIONS']), id, [random.pick(codings)]) +
    chunked(random, smuggled(id)),
  // CL.TE, TE.CL and TE.TE.
  (random, id) => {
    const coding = random.pick(codings)
    const body = `0${CRLF}${CRLF}${smuggled(id)}`
    const length = `Content-Length: ${random.pick([body.length, 4, 0, 5])}`
    return headOf('POST', id, random.chance(0.5) ? [length, coding] : [coding, length]) + body
  },
  (random, id) => headOf('POST', id, [random.pick(codings)]) + chunked(random, smuggled(id)),
  // Lengths in more than one reading.
  (random, id) => {
    const n = smuggled(id).length
    const lengths = random.pick([
      `Content-Length: ${n}\r\nContent-Length: 0`,
      `Content-Length: 0\r\nContent-Length: ${n}`,
      `Content-Length: ${n}\r\nContent-Length: ${n}`,
      `Content-Length: ${n}, ${n}`,
      `Content-Length: +${n}`,
      `Content-Length: -${n}`,
      `Content-Length: 0x${n.toString(16)}`,
      `Content-Length: ${n}.0`,
      `Content-Length: ${n} 0`,
      `Content-Length: 000${n}`,
      `Content-Length: ${'9'.repeat(25)}`,
      'Content-Length:',
      `Content-Length : ${n}`,
      `Content-Length:\n ${n}`,
      `Content_Length: ${n}`,
      `X: y\rContent-Length: ${n}`,
    ])
    return headOf('POST', id, [lengths]) + smuggled(id)
  },
  // Chunks in more than one reading.
  (random, id) => {
    const inner = smuggled(id)
    const size = inner.length.toString(16)
    const chunks = random.pick([
      `0x${size}\r\n${inner}\r\n0\r\n\r\n`,
      ` ${size}\r\n${inner}\r\n0\r\n\r\n`,
      `${size} \r\n${inner}\r\n0\r\n\r\n`,
      `+${size}\r\n${inner}\r\n0\r\n\r\n`,
      `${size};a\n\r\n${inner}\r\n0\r\n\r\n`,
      `${size};\nxx\r\n${inner}\r\n0\r\n\r\n`,
      `${size};a\rb\r\n${inner}\r\n0\r\n\r\n`,
      `${size}\n${inner}\r\n0\r\n\r\n`,
      `${size}\r\n${inner}\n0\r\n\r\n`,
      `${size}\r\n${inner}0\r\n\r\n`,
      `${size}\r\n${inner}XX0\r\n\r\n`,
      `0\r\nX: y\n\r\n`,
      `0\r\n\n`,
      `0\n\n${inner}`,
      `0\r\n${inner}`,
      `0\r\nContent-Length: 5\r\n\r\n${inner}`,
      `0\r\nTransfer-Encoding: chunked\r\n\r\n${inner}`,
      `0;a=b\r\n\r\n${inner}`,
      `-1\r\n\r\n${inner}`,
      `${'f'.repeat(16)}\r\n${inner}`,
      `1${'0'.repeat(16)}\r\n${inner}`,
      `00\r\n\r\n${inner}`,
      `\r\n${size}\r\n${inner}\r\n0\r\n\r\n`,
    ])
    return headOf('POST', id, ['Transfer-Encoding: chunked']) + chunks
  },
  // Lines in more than one reading.
  (random, id) =>
    random.pick([
      `GET /${id} HTTP/1.1\nHost: x\n\n`,
      `GET /${id} HTTP/1.1\r\nHost: x\n\r\n`,
      `GET /${id} HTTP/1.1\r\nHost: x\r\n\n`,
      `GET /${id} HTTP/1.1\rHost: x\r\r`,
      `GET /${id} HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\tc\r\n\r\n`,
      `GET /${id} HTTP/1.1\r\n Host: x\r\n\r\n`,
      `GET /${id} HTTP/1.1\r\nHost: x\r\nX: a\rY: b\r\n\r\n`,
      `GET /${id} HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n`,
      `GET /${id} HTTP/1.1\r\nHost: x\r\nX\x7f: a\r\n\r\n`,
      `GET /${id} HTTP/1.1\r\nHost: x\r\n: a\r\n\r\n`,
      `GET /${id} HTTP/1.1\r\nHost: x\r\nX\r\n\r\n`,
      `\r\n\r\nGET /${id} HTTP/1.1\r\nHost: x\r\n\r\n`,
      `\nGET /${id} HTTP/1.1\r\nHost: x\r\n\r\n`,
      `\rGET /${id} HTTP/1.1\r\nHost: x\r\n\r\n`,
      `GET  /${id} HTTP/1.1\r\nHost: x\r\n\r\n`,
      `GET /${id}  HTTP/1.1\r\nHost: x\r\n\r\n`,
      `GET /${id} HTTP/1.1 \r\nHost: x\r\n\r\n`,
      `GET\t/${id}\tHTTP/1.1\r\nHost: x\r\n\r\n`,
      `get /${id} HTTP/1.1\r\nHost: x\r\n\r\n`,
      `GET /${id} HTTP/1.2\r\nHost: x\r\n\r\n`,
      `GET /${id} HTTP/2.0\r\nHost: x\r\n\r\n`,
      `GET /${id} http/1.1\r\nHost: x\r\n\r\n`,
      `GET /${id}\r\n\r\n`,
      `GET /${id} HTTP/1.1\r\n\r\n`,
      `GET /${id} HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n`,
      `GET /${id} HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n`,
      `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`,
      `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03`,
    ]),
  // Refused, or the connection's last, by what the gateway itself has decided.
  (random, id) =>
    random.pick([
      headOf('GET', `/${id}`, []),
      headOf('GET', `./${id}`, []),
      headOf('GET', `metrics/${id}`, []),
      headOf('GET', `${id}#f`, []),
      headOf('GET', `${id}%zz`, []),
      headOf('TRACE', id, []),
      `CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n${smuggled(id)}`,
      headOf('GET', id, ['Connection: Upgrade', 'Upgrade: websocket']) + smuggled(id),
      headOf('POST', id, ['Connection: Upgrade', 'Upgrade: h2c', 'Content-Length: 3']) +
        `abc${smuggled(id)}`,
      headOf('GET', id, [], '1.0') + smuggled(id),
      headOf('GET', id, ['Connection: keep-alive'], '1.0') + smuggled(id),
      headOf('POST', id, ['Transfer-Encoding: chunked'], '1.0') + chunked(random, smuggled(id)),
      headOf('GET', id, ['Connection: close']) + smuggled(id),
      `${headOf('POST', id, ['Expect: a-miracle', 'Content-Length: 3'])}abc${smuggled(id)}`,
      headOf('GET', id, [`X: ${'x'.repeat(20_000)}`]) + smuggled(id),
      headOf('OPTIONS', id, []).replace(`/${id}`, '*'),
      // Not whole: the client goes away in the middle.
      headOf('POST', id, ['Content-Length: 1000']) + smuggled(id),
      `${headOf('POST', id, ['Transfer-Encoding: chunked'])}ff\r\n${smuggled(id)}`,
      `GET /${id} HTTP/1.1\r\nHo`,
    ]),
  // Anything: an honest one with a few bytes changed, lost or added.
  (random, id) => {
    let bytes = random.pick(honest)(random, id)
    for (let times = 1 + random.integer(3); times > 0; times--) {
      const at = random.integer(bytes.length)
      const byte = random.pick([
        '\r',
        '\n',
        ' ',
        '\t',
        ':',
        ',',
        '0',
        'a',
        '\0',
        '\xff',
        String.fromCharCode(random.integer(256)),
      ])
      bytes = bytes.slice(0, at) + random.pick([byte, '', byte + bytes[at]]) + bytes.slice(at + 1)
    }
    return bytes
  },
]

/** One request of a connection; its id stands in its target. */
export function randomRequest(random: Random, id: string): Sent {
  const isHonest = random.chance(0.7)
  return { bytes: random.pick(isHonest ? honest : hostile)(random, id), honest: isHonest }
}
