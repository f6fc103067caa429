// The address that a service limits by is the visitor's own: with a proxy in front, without one, whatever is claimed.
import { createApp } from '@cryptotalks/shared-kernel/http/create-app'
import type { TrustProxy } from '@cryptotalks/shared-kernel/http/trusted-address'
import { createLogger } from '@cryptotalks/shared-kernel/logging/logger'
import { createMetrics } from '@cryptotalks/shared-kernel/telemetry/metrics'
import { expect, test } from 'vitest'
import { clientOf } from './client-address.ts'
import { startService, startTestGateway } from './testing/behind-gateway.ts'

/** A service that answers with the address it would limit by. */
function addressService(trustProxy: TrustProxy): Promise<string> {
  const app = createApp({
    logger: createLogger({ name: 'test', level: 'silent' }),
    metrics: createMetrics('test'),
    routers: [],
    publicUrl: 'https://talks.example',
    trustProxy,
    otherwise: ctx => {
      ctx.body = ctx.ip
    },
  })
  return startService(app.callback())
}

// npm start trusts what is on this machine; in containers the gateway comes over a network.
const services = ['loopback', 'always'] as const

test.each(services)(
  'behind a proxy it is what the proxy saw, for services that trust %s',
  async trust => {
    const readSideUrl = await addressService(trust)
    const { url } = await startTestGateway({ readSideUrl, trustProxy: true })
    const seenWith = async (forwarded: string) =>
      (await fetch(url, { headers: { 'x-forwarded-for': forwarded } })).text()
    expect(await seenWith('6.6.6.6')).toBe('6.6.6.6')
    expect(await seenWith('1.2.3.4, 8.8.8.8')).toBe('8.8.8.8')
    expect(await seenWith('1.2.3.4,  2001:db8::7')).toBe('2001:db8::7')
    expect(await seenWith('::ffff:8.8.8.8')).toBe('8.8.8.8')
    expect(await seenWith('[2001:db8::7]:4711')).toBe('2001:db8::7')
    for (const nonsense of ['unknown', '8.8.8.8, unknown', '8.8.8.8,', '999.1.1.1', '_hidden'])
      expect(await seenWith(nonsense), nonsense).toBe('127.0.0.1')
  },
)

test.each(services)('without one it is the peer, for services that trust %s', async trust => {
  const readSideUrl = await addressService(trust)
  const { url } = await startTestGateway({ readSideUrl })
  const headers = {
    'x-forwarded-for': '6.6.6.6',
    'x-real-ip': '6.6.6.6',
    forwarded: 'for=6.6.6.6',
  }
  expect(await (await fetch(url, { headers })).text()).toBe('127.0.0.1')
})

test.each([
  [{ 'x-forwarded-proto': 'https' }, { protocol: 'https', host: 'h' }],
  [{ 'x-forwarded-proto': 'http, HTTPS' }, { protocol: 'https', host: 'h' }],
  [{ 'x-forwarded-proto': 'javascript' }, { protocol: 'http', host: 'h' }],
  [{ 'x-forwarded-host': 'evil, talks.example' }, { protocol: 'http', host: 'talks.example' }],
  [{ 'x-forwarded-host': 'a b' }, { protocol: 'http', host: 'h' }],
])('of the proxy, %j is believed as %j', (headers, believed) => {
  const request = { headers: { host: 'h', ...headers }, socket: { remoteAddress: '::1' } }
  const client = clientOf(request as unknown as Parameters<typeof clientOf>[0], true)
  expect(client).toEqual({ ...believed, address: '::1' })
})
