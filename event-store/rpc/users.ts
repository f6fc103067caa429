// The Users service: who may sign in, and what they are called.
import type { UserRefusal, Users } from '../access/users.ts'
import { accessDenied, invalid } from '../protocol/errors.ts'
import { DONE, decodeUserRequest, type UserRequest, userDetails } from '../protocol/users.ts'
import type { Call } from '../transport/call.ts'
import { type Handler, unary } from '../transport/grpc-server.ts'
import { ADMINS } from '../transport/principal.ts'
import { GrpcError, Status } from '../transport/status.ts'
import { writeFailed } from './streams-append.ts'
import { understood } from './understood.ts'

/** Longer names are nobody's. */
const LONGEST_LOGIN = 256
/** Longer passwords would only cost time to hash. */
const LONGEST_PASSWORD = 1024
/** What a user's event may hold of names and groups, well below what one append may. */
const MOST_TEXT = 64 * 1024

const userNotFound = (login: string): GrpcError =>
  new GrpcError(Status.NOT_FOUND, `User '${login}' is not found.`, {
    exception: 'user-not-found',
    'login-name': login,
  })

function refused(refusal: UserRefusal, login: string): GrpcError {
  switch (refusal) {
    case 'not-found':
      return userNotFound(login)
    case 'conflict':
      return new GrpcError(Status.FAILED_PRECONDITION, 'Conflict.', {
        exception: 'user-conflict',
        'login-name': login,
      })
    case 'wrong-password':
      return accessDenied()
    case 'busy':
      return new GrpcError(Status.RESOURCE_EXHAUSTED, 'Too many passwords wait to be hashed.')
  }
}

const last = ({ fields }: UserRequest, field: number): string => fields.get(field)?.at(-1) ?? ''

function password(request: UserRequest, field: number): string {
  const text = last(request, field)
  if (text === '') throw invalid('The password is empty.')
  if (text.length > LONGEST_PASSWORD) {
    throw invalid(`The password has more than ${LONGEST_PASSWORD} characters.`)
  }
  return text
}

function profile(request: UserRequest): { fullName: string; groups: readonly string[] } {
  const [fullName, groups] = [last(request, 3), request.fields.get(4) ?? []]
  if (fullName.length + groups.join().length > MOST_TEXT) {
    throw invalid('The full name and the groups are too long.')
  }
  return { fullName, groups }
}

function requestIn(bytes: Buffer): UserRequest {
  const request = understood(() => decodeUserRequest(bytes))
  if (request.login === '') throw invalid('The login name is empty.')
  if (request.login.length > LONGEST_LOGIN || /[:\p{Cc}]/u.test(request.login)) {
    throw invalid(`A login name has at most ${LONGEST_LOGIN} characters and no colon among them.`)
  }
  return request
}

/** A method that changes a user: done, or refused. */
const changing = (
  change: (request: UserRequest, call: Call) => Promise<UserRefusal | undefined>,
): Handler =>
  unary(async (bytes, call) => {
    const request = requestIn(bytes)
    const refusal = await change(request, call).catch(error => {
      throw error instanceof GrpcError ? error : writeFailed(error)
    })
    if (refusal) throw refused(refusal, request.login)
    call.send(DONE)
    call.end()
  })

const details = (users: Users): Handler =>
  unary((bytes, call) => {
    const { login } = understood(() => decodeUserRequest(bytes))
    const found = login === '' ? users.list() : [users.find(login) ?? []].flat()
    if (login !== '' && found.length === 0) throw userNotFound(login)
    for (const { user, changed } of found) call.send(userDetails({ ...user, changed }))
    call.end()
  })

const changePassword = (users: Users): Handler =>
  changing(async (request, { principal }) => {
    const { login } = request
    if (login !== principal.name && !principal.groups.includes(ADMINS)) throw accessDenied()
    return users.changePassword(login, last(request, 2), password(request, 3))
  })

/** The methods of the service, by path. */
export function usersRoutes(users: Users): readonly (readonly [string, Handler])[] {
  const service = '/event_store.client.users.Users'
  return [
    [
      `${service}/Create`,
      changing(async request =>
        users.create({ login: request.login, ...profile(request) }, password(request, 2)),
      ),
    ],
    [
      `${service}/Update`,
      changing(async request => {
        const { fullName, groups } = profile(request)
        return users.update(request.login, fullName, groups)
      }),
    ],
    [`${service}/Delete`, changing(({ login }) => users.delete(login))],
    [`${service}/Disable`, changing(({ login }) => users.setDisabled(login, true))],
    [`${service}/Enable`, changing(({ login }) => users.setDisabled(login, false))],
    [`${service}/Details`, details(users)],
    [`${service}/ChangePassword`, changePassword(users)],
    [
      `${service}/ResetPassword`,
      changing(async request => users.resetPassword(request.login, password(request, 2))),
    ],
  ]
}
