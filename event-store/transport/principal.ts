// Who makes a call.

export interface Principal {
  readonly name: string
  readonly groups: readonly string[]
}

/** Members may do everything. */
export const ADMINS = '$admins'
/** Members may look after the server, but not read what is in it. */
export const OPS = '$ops'

/** Everybody, where nobody is asked who they are. */
export const SYSTEM: Principal = { name: 'system', groups: [ADMINS] }
/** Somebody without credentials, where they are asked for. */
export const ANONYMOUS: Principal = { name: '', groups: [] }
