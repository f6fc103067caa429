// A certificate of the server's own, kept in a folder: made once, and again when it has run out or the host is another.
import { X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { type KeyPair, selfSigned } from './self-signed.ts'

/** A certificate that runs out within this time is replaced. */
const LEFT_MS = 86_400_000
/** By these names a server on this machine is called, wherever it listens. */
const LOCAL = ['localhost', '127.0.0.1', '::1']

/** The pair, and the file that clients are given to trust it by. */
export interface OwnCertificate extends KeyPair {
  readonly certFile: string
}

function isGood(pem: Buffer, host: string, now: number): boolean {
  const cert = new X509Certificate(pem)
  if (Date.parse(cert.validTo) - now < LEFT_MS || Date.parse(cert.validFrom) > now) return false
  return (isIP(host) ? cert.checkIP(host) : cert.checkHost(host)) !== undefined
}

/** Reads `certificate.pem` and `key.pem` in a folder, or makes them. */
export function ownCertificate(folder: string, host: string, now: number): OwnCertificate {
  const certFile = join(folder, 'certificate.pem')
  const keyFile = join(folder, 'key.pem')
  // Who listens everywhere has no name by that.
  const name = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host
  if (existsSync(certFile) && existsSync(keyFile)) {
    const cert = readFileSync(certFile)
    if (isGood(cert, name, now)) return { cert, key: readFileSync(keyFile), certFile }
  }
  const made = selfSigned([...new Set([...LOCAL, name])], now)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(keyFile, made.key, { mode: 0o600 })
  writeFileSync(certFile, made.cert)
  return { ...made, certFile }
}
