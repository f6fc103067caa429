// A user as the log keeps it: the last event of `$user-<login>`, in the form of the real server but for the hash.

export interface UserRecord {
  readonly login: string
  readonly fullName: string
  readonly groups: readonly string[]
  /** argon2id in PHC text. */
  readonly hash: string
  readonly salt: string
  readonly disabled: boolean
}

/** The names of all who were ever made, one event each. */
export const USERS_STREAM = '$users'
export const streamOfUser = (login: string): string => `$user-${login}`

/** The event's data. */
export function encodeUser({ login, fullName, salt, hash, disabled, groups }: UserRecord): Buffer {
  const json = {
    loginName: login,
    fullName,
    salt,
    hash,
    ...(disabled ? { disabled } : {}),
    groups,
  }
  return Buffer.from(JSON.stringify(json))
}

/** Reads an event's data; undefined where it is no user: an administrator may write there what they like. */
export function decodeUser(data: Buffer): UserRecord | undefined {
  let value: Record<string, unknown>
  try {
    value = Object(JSON.parse(data.toString()))
  } catch {
    return undefined
  }
  const { loginName: login, fullName = '', salt = '', hash, disabled = false, groups = [] } = value
  const isUser =
    typeof login === 'string' &&
    typeof fullName === 'string' &&
    typeof salt === 'string' &&
    typeof hash === 'string' &&
    typeof disabled === 'boolean' &&
    Array.isArray(groups) &&
    groups.every(group => typeof group === 'string')
  return isUser ? { login, fullName, groups, hash, salt, disabled } : undefined
}
