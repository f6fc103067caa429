// A certificate that vouches for itself: X.509 written by hand, for development and tests without a tool for it.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'

/** A certificate and its private key, in PEM. */
export interface KeyPair {
  readonly cert: string | Buffer
  readonly key: string | Buffer
}

const DAY_MS = 86_400_000
/** A clock that was ahead by up to a year when it was made, or is behind by that, takes it, too. */
const BACKDATED_MS = 366 * DAY_MS
/** Ten years: whoever is given the certificate itself trusts it, and a server that runs on must not outlive it. */
const VALID_MS = 3653 * DAY_MS

/** Tags of ASN.1, of its DER form. */
const Tag = {
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  OBJECT_ID: 0x06,
  UTF8: 0x0c,
  UTC_TIME: 0x17,
  SEQUENCE: 0x30,
  SET: 0x31,
  /** `[n]` in the definitions; `VERSION` and `EXTENSIONS` wrap another value, names replace its tag. */
  VERSION: 0xa0,
  EXTENSIONS: 0xa3,
  DNS_NAME: 0x82,
  IP_ADDRESS: 0x87,
} as const

/** Object identifiers as DER holds them; RFC 5280 and RFC 5758 list them. */
const Oid = {
  commonName: '550403',
  subjectAltName: '551d11',
  extendedKeyUsage: '551d25',
  serverAuth: '2b06010505070301',
  ecdsaWithSha256: '2a8648ce3d040302',
} as const

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const body = Buffer.concat(contents)
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body])
  const length = Buffer.from(body.length.toString(16).padStart(4, '0'), 'hex')
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body])
}

const sequence = (...contents: readonly Buffer[]): Buffer => der(Tag.SEQUENCE, ...contents)
const objectId = (hex: string): Buffer => der(Tag.OBJECT_ID, Buffer.from(hex, 'hex'))
const bitString = (bytes: Buffer): Buffer => der(Tag.BIT_STRING, Buffer.from([0]), bytes)
/** `YYMMDDhhmmssZ`, which holds until 2049. */
const utcTime = (ms: number): Buffer =>
  der(
    Tag.UTC_TIME,
    Buffer.from(
      `${new Date(ms)
        .toISOString()
        .replace(/[-:T]|\..*/g, '')
        .slice(2)}Z`,
    ),
  )

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  const full = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [before = '', after] = full.split('::')
  const groups = (text: string | undefined): string[] => (text ? text.split(':') : [])
  const [head, tail] = [groups(before), groups(after)]
  const zeros = new Array<string>(8 - head.length - tail.length).fill('0')
  return Buffer.from([...head, ...zeros, ...tail].map(g => g.padStart(4, '0')).join(''), 'hex')
}

const hostName = (host: string): Buffer =>
  isIP(host) ? der(Tag.IP_ADDRESS, addressBytes(host)) : der(Tag.DNS_NAME, Buffer.from(host))

const extension = (oid: string, value: Buffer): Buffer =>
  sequence(objectId(oid), der(Tag.OCTET_STRING, value))

/** Makes a certificate for a server of these names and addresses, and its key. */
export function selfSigned(hosts: readonly string[], now: number): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(
    der(Tag.SET, sequence(objectId(Oid.commonName), der(Tag.UTF8, Buffer.from(hosts[0] ?? '')))),
  )
  const algorithm = sequence(objectId(Oid.ecdsaWithSha256))
  // A first byte from 0x40 to 0x7f keeps it positive and without a leading zero.
  const serial = randomBytes(16)
  serial[0] = ((serial[0] as number) & 0x3f) | 0x40
  const toBeSigned = sequence(
    der(Tag.VERSION, der(Tag.INTEGER, Buffer.from([2]))),
    der(Tag.INTEGER, serial),
    algorithm,
    name,
    sequence(utcTime(now - BACKDATED_MS), utcTime(now + VALID_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      Tag.EXTENSIONS,
      sequence(
        extension(Oid.subjectAltName, sequence(...hosts.map(hostName))),
        extension(Oid.extendedKeyUsage, sequence(objectId(Oid.serverAuth))),
      ),
    ),
  )
  const certificate = sequence(
    toBeSigned,
    algorithm,
    bitString(sign('sha256', toBeSigned, privateKey)),
  )
  const lines = certificate.toString('base64').replace(/.{64}(?=.)/g, '$&\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  }
}
