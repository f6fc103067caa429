// The services behind the fuzzed gateway: one on Node's parser, one that reads bytes by the reference and forgives nothing.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { type Message, readRequests } from './reference-parser.ts'

export interface FuzzService {
  readonly url: string
  /** What was seen since the last look, each as `keyOf` tells it. */
  look(): { readonly seen: string[]; readonly faults: string[] }
  stop(): void
}

/** What a request comes to; of one that is answered early, the body does not count. */
export function keyOf({ method, target, body, fields }: Message): string {
  const path = target.replace(/^https?:\/\/[^/?]*/i, '').replace(/^(?![/*])/, '/')
  const cookies = fields.flatMap(([name, value]) => (name === 'cookie' ? [value] : []))
  const digest = isEarly(path) ? 'early' : createHash('sha1').update(body, 'latin1').digest('hex')
  return Buffer.from(`${method} ${path} ${digest} ${cookies.join('; ')}`, 'latin1').toString(
    'base64',
  )
}

export const isEarly = (target: string): boolean => target.startsWith('/early/')

/** Fields that only the gateway may write, each once and with its own word. */
function faultOf({ fields, target }: Message): string | undefined {
  const valuesOf = (wanted: string) => fields.filter(([name]) => name === wanted).map(([, v]) => v)
  const [addresses, hosts] = [valuesOf('x-forwarded-for'), valuesOf('host')]
  if (addresses.join() !== '127.0.0.1') return `${target}: visitors ${addresses}`
  if (hosts.length !== 1) return `${target}: hosts ${hosts}`
  const hop = ['te', 'trailer', 'upgrade', 'expect', 'keep-alive'].filter(
    n => valuesOf(n).length > 0,
  )
  return hop.length > 0 ? `${target}: ${hop}` : undefined
}

function notes() {
  let [seen, faults]: [string[], string[]] = [[], []]
  return {
    note(message: Message) {
      seen.push(keyOf(message))
      const fault = faultOf(message)
      if (fault !== undefined) faults.push(fault)
    },
    fault: (fault: string) => void faults.push(fault),
    look() {
      const noted = { seen, faults }
      ;[seen, faults] = [[], []]
      return noted
    },
  }
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** An echo on Node's own server. */
export async function startNodeService(): Promise<FuzzService> {
  const { note, look } = notes()
  const server = createHttpServer(async (request, response) => {
    const { method = '', url: target = '', rawHeaders } = request
    const fields: [string, string][] = []
    for (let at = 0; at < rawHeaders.length; at += 2)
      fields.push([`${rawHeaders[at]}`.toLowerCase(), `${rawHeaders[at + 1]}`])
    const early = isEarly(target)
    const body = early
      ? ''
      : await buffer(request).then(
          b => b.toString('latin1'),
          () => undefined,
        )
    if (body === undefined) return
    const message = { method, target, fields, body }
    note(message)
    response.writeHead(early ? 413 : 200, { 'x-echo': keyOf(message) })
    response.end(keyOf(message))
  })
  const url = await listening(server)
  return {
    ...{ url, look },
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** An echo that reads by the reference, and answers in every framing that there is. */
export async function startStrictService(): Promise<FuzzService> {
  const { note, fault, look } = notes()
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    let bytes = ''
    let answeredEarly = false
    sockets.add(socket.setEncoding('latin1'))
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
    socket.on('data', (part: string) => {
      bytes += part
      const reading = readRequests(bytes)
      bytes = bytes.slice(reading.at)
      for (const message of reading.messages) {
        if (isEarly(message.target) && answeredEarly) {
          answeredEarly = false
          continue
        }
        note(message)
        answer(socket, message)
      }
      if (reading.end === 'bad') fault(`not a request: ${JSON.stringify(bytes.slice(0, 300))}`)
      const [, method = '', target = ''] = /^(\w+) (\/early\/\S*) .*\r\n\r\n/s.exec(bytes) ?? []
      if (method === '' || answeredEarly) return
      answeredEarly = true
      const head = {
        method,
        target,
        body: '',
        fields: readRequests(headOnly(bytes)).messages[0]?.fields ?? [],
      }
      note(head)
      answer(socket, head)
    })
  })
  const url = await listening(server)
  return {
    ...{ url, look },
    stop() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** The header without what says that a body follows. */
const headOnly = (bytes: string): string =>
  `${bytes.slice(0, bytes.indexOf('\r\n\r\n'))}\r\n\r\n`.replace(
    /\r\n(content-length|transfer-encoding):[^\r\n]*/gi,
    '',
  )

function answer(socket: Socket, message: Message): void {
  const key = keyOf(message)
  const status = isEarly(message.target) ? '413 Too Much' : '200 OK'
  const head = `HTTP/1.1 ${status}\r\nX-Echo: ${key}\r\n`
  const isHead = message.method === 'HEAD'
  const style = key.charCodeAt(key.length - 3) % 4
  if (style === 0) socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n')
  if (style === 1) {
    socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n`)
    if (!isHead) socket.write(`3;a=b\r\n${key.slice(0, 3)}\r\n${(key.length - 3).toString(16)}\r\n`)
    if (!isHead) socket.write(`${key.slice(3)}\r\n0\r\nX-Trailer: 1\r\n\r\n`)
  } else if (style === 2) socket.end(`${head}Connection: close\r\n\r\n${isHead ? '' : key}`)
  else socket.write(`${head}Content-Length: ${key.length}\r\n\r\n${isHead ? '' : key}`)
}
