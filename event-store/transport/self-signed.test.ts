// The certificate that a server makes for itself, as others read it.
import { X509Certificate } from 'node:crypto'
import { connect, createServer } from 'node:tls'
import { expect, test } from 'vitest'
import { selfSigned } from './self-signed.ts'

const HOSTS = ['localhost', '127.0.0.1', '::1', 'fe80::1:2', '::ffff:1.2.3.4', 'store.example']

test('it names its hosts, is signed by its own key and holds for ten years, also for clocks that are behind', () => {
  const { cert, key } = selfSigned(HOSTS, Date.UTC(2026, 4, 5, 6, 7, 8))
  const read = new X509Certificate(cert)
  expect(read.subjectAltName).toBe(
    'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, ' +
      'IP Address:FE80:0:0:0:0:0:1:2, IP Address:0:0:0:0:0:FFFF:102:304, DNS:store.example',
  )
  expect(read.subject).toBe('CN=localhost')
  expect(read.verify(read.publicKey)).toBe(true)
  expect(String(key)).toContain('PRIVATE KEY')
  expect(read.validFrom).toBe('May  4 06:07:08 2025 GMT')
  expect(read.validTo).toBe('May  5 06:07:08 2036 GMT')
  expect(read.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
})

test('two of them have different serial numbers', () => {
  const serial = () => new X509Certificate(selfSigned(HOSTS, 0).cert).serialNumber
  expect(serial()).not.toBe(serial())
})

test.each(['localhost', '127.0.0.1'])(
  'who trusts it connects to %s, nobody else does',
  async host => {
    const pair = selfSigned(HOSTS, Date.now())
    const server = createServer(pair)
    server.on('tlsClientError', () => {})
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const dial = (ca: string | Buffer): Promise<string> =>
      new Promise(resolve => {
        const socket = connect({
          host,
          port,
          ca,
          ...(host === 'localhost' ? { servername: host } : {}),
        })
        const end = (words: string): void => {
          socket.destroy()
          resolve(words)
        }
        socket.on('secureConnect', () => end('connected'))
        socket.on('error', error => end((error as NodeJS.ErrnoException).code ?? ''))
      })
    expect(await dial(pair.cert)).toBe('connected')
    expect(await dial(selfSigned(HOSTS, Date.now()).cert)).toMatch(/SELF_SIGNED|VERIFY/)
    await new Promise(resolve => server.close(resolve))
  },
)
