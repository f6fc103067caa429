// What there is to say at start of the address by which browsers know the site.
import {
  isThisMachine,
  sessionsAreKeptAt,
  sessionsAreNotKept,
} from '@cryptotalks/shared-kernel/http/kept-sessions'

export interface Address {
  /** The address that the gateway listens on. */
  readonly host: string
  readonly publicUrl: string
}

/** Why people could not sign in, if they could not; undefined when all is well. */
export function warningOf({ host, publicUrl }: Address): string | undefined {
  if (!sessionsAreKeptAt(publicUrl)) return sessionsAreNotKept(publicUrl)
  const listensToOthers = !isThisMachine(host) && host !== '::1'
  if (listensToOthers && isThisMachine(new URL(publicUrl).hostname))
    return `Other machines can read here, but sign in and write only where PUBLIC_URL leads; it is ${publicUrl}, which is this machine. Set it to the https address that they use.`
  return undefined
}
