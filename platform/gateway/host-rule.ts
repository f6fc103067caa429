// Which names the site answers to: a page under a foreign name could be led to ours by that name's owner.
import { isIP } from 'node:net'

/** Whether a `Host`, or the authority of a whole URL, is one of ours. The port is not looked at: proxies drop it. */
export type HostRule = (authority: string) => boolean

const AUTHORITY = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{0,5})?$/i
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** The name or address in an authority, in lower case; undefined for what is none, or has a user name in it. */
export function hostnameOf(authority: string): string | undefined {
  return AUTHORITY.exec(authority)?.[1]?.toLowerCase()
}

/**
 * The name of `publicUrl` where that is set; else what this machine is called without one: loopback names, the address
 * listened on, and addresses in general, which nobody else can give a meaning of his own. Loopback names go along
 * wherever the site is on loopback.
 */
export function hostRule({
  publicUrl,
  host,
}: {
  readonly publicUrl?: string | undefined
  readonly host: string
}): HostRule {
  const listened = bracketed(host.toLowerCase())
  const named = publicUrl === undefined ? undefined : new URL(publicUrl).hostname
  const onLoopback = LOOPBACK.test(listened) || (named !== undefined && LOOPBACK.test(named))
  return authority => {
    const asked = hostnameOf(authority)
    if (asked === undefined) return false
    if (LOOPBACK.test(asked)) return onLoopback || named === undefined
    if (named !== undefined) return asked === named
    return asked === listened || isIP(asked.replace(/^\[|\]$/g, '')) !== 0
  }
}

const bracketed = (host: string) => (isIP(host) === 6 ? `[${host}]` : host)
