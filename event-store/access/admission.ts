// Who may call which method at all, and which page: what is not named here is for administrators.
import type { IncomingMessage, RequestListener } from 'node:http'
import { accessDenied } from '../protocol/errors.ts'
import type { Admission } from '../transport/grpc-server.ts'
import { pathOf, type ServedPages } from '../transport/pages.ts'
import { ADMINS, ANONYMOUS, OPS, type Principal } from '../transport/principal.ts'
import { GrpcError } from '../transport/status.ts'
import type { SignIn } from './sign-in.ts'

/** Everybody; every user; operators and administrators. */
type Circle = 'everybody' | 'users' | 'operators'

/** By path in lower case, without `event_store.client.`; a service's own entry stands for its other methods. */
const CIRCLES: Readonly<Record<string, Circle>> = {
  'gossip.gossip/read': 'everybody',
  'server_features.serverfeatures/getsupportedmethods': 'everybody',
  'monitoring.monitoring': 'users',
  // The stream that is named within decides on.
  'streams.streams': 'users',
  // Its refusals are answers, one an append.
  'streams.streams/batchappend': 'everybody',
  'persistent_subscriptions.persistentsubscriptions': 'operators',
  'persistent_subscriptions.persistentsubscriptions/read': 'users',
  'persistent_subscriptions.persistentsubscriptions/getinfo': 'users',
  'persistent_subscriptions.persistentsubscriptions/list': 'users',
  'projections.projections': 'operators',
  'projections.projections/statistics': 'users',
  'projections.projections/state': 'users',
  'projections.projections/result': 'users',
  'operations.operations': 'operators',
  'users.users/details': 'users',
  // Of oneself; of others it takes an administrator.
  'users.users/changepassword': 'users',
}
const PREFIX = '/event_store.client.'

/** The pages that tell only that the server is there. Every other page asks for credentials, also one that is added. */
const OPEN_PAGES: ReadonlySet<string> = new Set(['/ping', '/info', '/gossip', '/health/live'])
/** Of these the stream that is named decides on. */
const STREAM_PAGES = '/streams/'
/** The real server has it and asks for credentials; here it is missing, which is said only to those who have them. */
const USERS_PAGE = '/users'

function isIn(circle: Circle | undefined, principal: Principal): boolean {
  if (circle === 'everybody' || principal.groups.includes(ADMINS)) return true
  if (circle === undefined || principal === ANONYMOUS) return false
  return circle === 'users' || principal.groups.includes(OPS)
}

function circleOfMethod(path: string): Circle | undefined {
  if (!path.startsWith(PREFIX)) return undefined
  const name = path.slice(PREFIX.length)
  return CIRCLES[name] ?? CIRCLES[name.split('/')[0] as string]
}

function circleOfPage(request: IncomingMessage, pages: ServedPages): Circle {
  const path = pathOf(request)
  const isMissing = !pages.has(path) && path !== USERS_PAGE
  if (OPEN_PAGES.has(path) || isMissing) return 'everybody'
  if (path.startsWith(STREAM_PAGES)) return 'users'
  const { method } = request
  // What is not only read changes how the server works, as its operations do.
  return method === 'GET' || method === 'HEAD' ? 'users' : 'operators'
}

/** Lets calls in by who makes them. */
export const admission =
  (signIn: SignIn): Admission =>
  (path, headers) => {
    const admit = (who: Principal | GrpcError): Principal | GrpcError =>
      who instanceof GrpcError || isIn(circleOfMethod(path), who) ? who : accessDenied()
    const who = signIn.principalOf(headers.authorization)
    return who instanceof Promise ? who.then(admit) : admit(who)
  }

const UNAUTHORIZED = { 'www-authenticate': 'Basic realm="event store"', 'content-length': 0 }

/** Serves pages by who asks for them. */
export const admittedPages =
  (pages: ServedPages, signIn: SignIn): RequestListener =>
  async (request, response) => {
    const circle = circleOfPage(request, pages)
    const who =
      circle === 'everybody' ? ANONYMOUS : await signIn.principalOf(request.headers.authorization)
    if (!(who instanceof GrpcError) && isIn(circle, who)) {
      pages(request, response, who)
      return
    }
    request.resume()
    if (who instanceof GrpcError || who === ANONYMOUS) response.writeHead(401, UNAUTHORIZED)
    else response.writeHead(403, { 'content-length': 0 })
    response.end()
  }
