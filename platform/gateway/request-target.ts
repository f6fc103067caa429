// The target of a request in one spelling, before anything is decided by it.
import { BAD_TARGET, NOT_FOUND, type Refusal } from './refusal.ts'

export type Target =
  /** `path` with its query; `authority` where the client wrote a whole URL. */
  | { readonly path: string; readonly authority?: string }
  /** `*`: the server as such. */
  | 'server'
  | { readonly refusal: Refusal }

const WHOLE_URL = /^https?:\/\/([^/?#]*)(.*)$/i
/** What a URL may consist of (RFC 3986), but for the fragment, which clients keep to themselves. */
const WRITABLE = /^[!-"$-~]*$/
const INTERNAL = /^\/(metrics|health)(\/|$)/i

/** Reads the target. What no page or route can have is refused here, so that no service has to make sense of it. */
export function targetOf(method: string, written: string): Target {
  if (written === '*') return method === 'OPTIONS' ? 'server' : { refusal: BAD_TARGET }
  if (written.startsWith('/')) return checked(written)
  const [whole, authority = '', rest = ''] = WHOLE_URL.exec(written) ?? []
  if (whole === undefined) return { refusal: BAD_TARGET }
  const read = checked(rest.startsWith('/') ? rest : `/${rest}`)
  return 'path' in read ? { ...read, authority } : read
}

export const pathnameOf = (path: string): string => path.split('?', 1)[0] ?? ''

/** Whether this path leads to what is meant for operators, as any router might read it. */
export const isInternal = (pathname: string): boolean => INTERNAL.test(decoded(pathname) ?? '')

function checked(path: string): Exclude<Target, 'server'> {
  const plain = decoded(pathnameOf(path))
  if (plain === undefined || !WRITABLE.test(path) || path.includes('%00'))
    return { refusal: BAD_TARGET }
  return isOneSpelling(pathnameOf(path)) ? { path } : { refusal: NOT_FOUND }
}

/** No empty, "." or ".." segment, and no backslash: browsers and the URL standard read those as another path. */
function isOneSpelling(pathname: string): boolean {
  const segments = pathname.slice(1).split('/')
  return (
    !pathname.includes('\\') &&
    segments.every(
      (segment, at) =>
        !/^(\.|%2e){1,2}$/i.test(segment) && (segment !== '' || at === segments.length - 1),
    )
  )
}

function decoded(pathname: string): string | undefined {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return undefined
  }
}
