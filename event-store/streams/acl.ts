// An access control list as metadata and settings hold it: which roles have which right.

/** What an ACL may grant. */
export type AclRight = 'read' | 'write' | 'delete' | 'metaRead' | 'metaWrite'
/** Roles by right; a right that is not mentioned is left to the default. */
export type Acl = Partial<Readonly<Record<AclRight, readonly string[]>>>

const KEYS: Readonly<Record<AclRight, string>> = {
  read: '$r',
  write: '$w',
  delete: '$d',
  metaRead: '$mr',
  metaWrite: '$mw',
}

function rolesOf(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return [value]
  const isList = Array.isArray(value) && value.every(role => typeof role === 'string')
  return isList ? (value as string[]) : undefined
}

/** An ACL out of parsed JSON, or undefined where the value is none: one right that can't be read makes all of it void. */
export function aclOf(value: unknown): Acl | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined
  const acl: Partial<Record<AclRight, readonly string[]>> = {}
  for (const [right, key] of Object.entries(KEYS) as [AclRight, string][]) {
    if (!(key in value)) continue
    const roles = rolesOf((value as Record<string, unknown>)[key])
    if (!roles) return undefined
    acl[right] = roles
  }
  return acl
}
