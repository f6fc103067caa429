// TLS from outside: the process and its flags, both protocols on one port, and what is open without credentials.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, constants } from 'node:http2'
import { request } from 'node:https'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventStoreDBClient } from '@eventstore/db-client'
import features from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js'
import type messages from '@eventstore/db-client/generated/serverfeatures_pb.js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import { credentials } from '@grpc/grpc-js'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { startEventStore } from '../index.ts'
import { pagesOf } from '../rpc/pages.ts'
import { selfSigned } from '../transport/self-signed.ts'
import { aStream, events, failureOf, labels } from './harness.ts'
import { ADMIN, type Login, NOBODY, OPERATOR, SecureServer } from './secure-server.ts'
import { build, end, type ServerProcess, startProcess } from './server-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'event-store-tls-'))
const inFolder = (name: string): string => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the process', () => {
  let running: ServerProcess | undefined
  beforeAll(build)
  afterEach(async () => {
    vi.unstubAllEnvs()
    if (running) await end(running.process, 'SIGTERM')
    running = undefined
  })
  const start = async (...args: string[]): Promise<ServerProcess> => {
    running = await startProcess('--memory', '--port', '0', ...args)
    return running
  }

  /** Writes and reads one event over a connection string. */
  async function roundTrip(connectionString: string, login: string): Promise<string[]> {
    const client = EventStoreDBClient.connectionString(
      connectionString.replace('esdb://', `esdb://${login}@`),
    )
    try {
      const stream = aStream()
      await client.appendToStream(stream, events('a'))
      return await labels(client.readStream(stream))
    } finally {
      await client.dispose()
    }
  }

  test('with --self-signed, its connection string names the certificate to trust, kept for the next time', async () => {
    const kept = inFolder('own')
    const { connectionString } = await start('--self-signed', kept)
    const certFile = join(kept, 'certificate.pem')
    expect(connectionString).toMatch(/^esdb:\/\/localhost:\d+\?tls=true&tlsCAFile=/)
    expect(connectionString).toContain(encodeURIComponent(certFile))
    expect(await roundTrip(connectionString, 'admin:changeit')).toEqual(['0:a'])
    expect(statSync(join(kept, 'key.pem')).mode & 0o077).toBe(0)
    const before = readFileSync(certFile)
    await end((running as ServerProcess).process, 'SIGTERM')
    await start('--self-signed', kept)
    expect(readFileSync(certFile).equals(before)).toBe(true)
  })

  test('with --cert and --key, it shows that certificate, and takes first passwords from the environment', async () => {
    const pair = selfSigned(['localhost'], Date.now())
    writeFileSync(inFolder('c.pem'), pair.cert)
    writeFileSync(inFolder('k.pem'), pair.key)
    vi.stubEnv('EVENTSTORE_DEFAULT_ADMIN_PASSWORD', 'own')
    const flags = ['--cert', inFolder('c.pem'), '--key', inFolder('k.pem')]
    const { connectionString } = await start(...flags)
    const trusting = `${connectionString}&tlsCAFile=${encodeURIComponent(inFolder('c.pem'))}`
    expect(await roundTrip(trusting, 'admin:own')).toEqual(['0:a'])
    expect(await failureOf(roundTrip(trusting, 'admin:changeit'))).toMatchObject({ code: 16 })
  })

  test('with --insecure it is as without', async () => {
    const { connectionString } = await start('--insecure')
    expect(connectionString).toMatch(/\?tls=false$/)
    expect(await roundTrip(connectionString, 'anybody:nothing')).toEqual(['0:a'])
  })

  test.each<[string[], string]>([
    [['--cert', 'c.pem'], '--cert and --key are needed together.'],
    [['--insecure', '--self-signed', 'x'], 'Only one of --cert with --key, --self-signed and'],
    [['--cert', '/none/c.pem', '--key', '/none/k.pem'], 'no such file or directory'],
  ])('%j is refused in words', async (flags, words) => {
    await expect(start(...flags)).rejects.toThrow(words)
  })
})

test('a certificate that is none is named, and the folder can be used again', async () => {
  const dir = inFolder('store')
  const tls = { cert: 'nonsense', key: 'nonsense' }
  await expect(startEventStore({ dir, tls })).rejects.toThrow(
    "The certificate and its key can't be used:",
  )
  const server = await startEventStore({ dir })
  await server.stop()
})

test('a certificate that does not name the host, or has run out, is made again', async () => {
  const kept = inFolder('other')
  const run = async (host: string) => {
    const server = await startEventStore({ memory: true, host, tls: { selfSigned: kept } })
    await server.stop()
    return readFileSync(join(kept, 'certificate.pem'), 'utf8')
  }
  const first = await run('127.0.0.1')
  expect(await run('localhost')).toBe(first)
  expect(await run('127.0.0.2')).not.toBe(first)
  const old = selfSigned(['127.0.0.1'], Date.UTC(2001, 0))
  writeFileSync(join(kept, 'certificate.pem'), old.cert)
  expect(await run('127.0.0.1')).not.toBe(old.cert)
  expect(existsSync(join(kept, 'key.pem'))).toBe(true)
})

describe('on one port', () => {
  const house = new SecureServer()
  let user: Login
  beforeAll(async () => {
    await house.start()
    user = await house.addUser('u')
  })
  afterAll(() => house.remove())

  const page = (path: string, login: Login, method = 'GET'): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const auth = login ? { auth: `${login.username}:${login.password}` } : {}
      const { port } = house.server
      const ca = house.certificate
      request({ host: 'localhost', port, path, method, ca, agent: false, ...auth }, response => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', reject)
        .end()
    })

  test('of all pages four are open, to everybody who reads them', async () => {
    // What a page says is asked for only when somebody reads it.
    const all = Object.keys(pagesOf(undefined as never, undefined as never))
    const asked = [
      ...all,
      '/subscriptions',
      '/subscriptions/a',
      '/subscriptions/a/g/info',
      '/users',
    ]
    const answers = await Promise.all(
      asked.map(async path => [path, await page(path, NOBODY)] as const),
    )
    const open = answers.filter(([, status]) => status !== 401).map(([path]) => path)
    expect(open.sort()).toEqual(['/gossip', '/health/live', '/info', '/ping'])
    for (const path of open) {
      expect(await page(`${path}?a=/stats`, NOBODY)).toBe(path === '/health/live' ? 204 : 200)
      expect(await page(path, NOBODY, 'POST')).toBe(405)
    }
    const wrong = { username: 'admin', password: 'wrong' }
    expect(await page('/stats?a=/ping', NOBODY)).toBe(401)
    expect(await page('/stats', wrong)).toBe(401)
  })

  test.each([
    '/nothing',
    '/',
    '/Stats',
    '//stats',
    '/stats/',
    '/%73tats',
    '/subscriptionsx',
    '/ping/x',
  ])('nothing is at %s, and nobody is asked who wants to know', async path => {
    expect(await page(path, NOBODY)).toBe(404)
    expect(await page(path, ADMIN)).toBe(404)
  })

  test('other pages are for users, changes for operators', async () => {
    expect(await page('/stats', user)).toBe(200)
    expect(await page('/subscriptions/restart', user, 'POST')).toBe(403)
    expect(await page('/subscriptions/restart', OPERATOR, 'POST')).toBe(200)
    expect(await page('/subscriptions/restart', ADMIN, 'POST')).toBe(200)
  })

  /** The status of a call without a message. */
  function call(path: string, headers: Record<string, string>): Promise<string> {
    return new Promise((resolve, reject) => {
      const session = connect(`https://localhost:${house.server.port}`, { ca: house.certificate })
      session.on('error', reject)
      const stream = session.request({
        [constants.HTTP2_HEADER_METHOD]: 'POST',
        [constants.HTTP2_HEADER_PATH]: path,
        'content-type': 'application/grpc',
        te: 'trailers',
        ...headers,
      })
      let status = ''
      const see = (seen: Record<string, unknown>): void => {
        status = String(seen['grpc-status'] ?? status)
      }
      stream.on('response', see).on('trailers', see).on('error', reject)
      stream.on('close', () => {
        session.destroy()
        resolve(status)
      })
      stream.resume().end()
    })
  }

  test('no method but those that tell of the server is open to somebody without credentials', async () => {
    const stub = new features.ServerFeaturesClient(
      `localhost:${house.server.port}`,
      credentials.createSsl(house.certificate),
    )
    const methods = await new Promise<InstanceType<typeof messages.SupportedMethods>>(
      (resolve, reject) =>
        stub.getSupportedMethods(new shared.Empty(), (error, all) =>
          error ? reject(error) : resolve(all),
        ),
    )
    stub.close()
    const paths = methods
      .getMethodsList()
      .map(method => `/${method.getServiceName()}/${method.getMethodName()}`)
    expect(paths.length).toBeGreaterThan(40)
    const endings = await Promise.all(
      paths.map(async path => [path, await call(path, {})] as const),
    )
    const open = endings.filter(([, status]) => status !== '7').map(([path]) => path)
    expect(open.sort()).toEqual([
      '/event_store.client.gossip.gossip/read',
      '/event_store.client.server_features.serverfeatures/getsupportedmethods',
      '/event_store.client.streams.streams/batchappend',
    ])
    // A wrong password opens none, those neither.
    const wrong = { authorization: `Basic ${Buffer.from('admin:wrong').toString('base64')}` }
    const refused = await Promise.all(open.map(path => call(path, wrong)))
    expect(refused).toEqual(['16', '16', '16'])
  })

  test.each(['Basic', 'Basic !!!', 'basic bm8gY29sb24=', 'Bearer x', 'nonsense', ''])(
    'an authorization of %j lets nobody in',
    async authorization => {
      const path = '/event_store.client.streams.Streams/Read'
      expect(['7', '16']).toContain(await call(path, { authorization }))
    },
  )

  test('whoever speaks in the clear is hung up on, and others are served on', async () => {
    for (const words of ['GET /ping HTTP/1.1\r\n\r\n', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n']) {
      const socket = createConnection(house.server.port, '127.0.0.1')
      socket.on('error', () => {}).resume()
      socket.write(words)
      await new Promise(resolve => socket.on('close', resolve))
    }
    expect(await page('/ping', NOBODY)).toBe(200)
  })
})
