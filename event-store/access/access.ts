// Who may do what with a stream: its own ACL, else the default of its kind.
import { accessDenied } from '../protocol/errors.ts'
import { fieldsOf } from '../protocol/recorded-event.ts'
import { type Acl, type AclRight, aclOf } from '../streams/acl.ts'
import { isMetastream, streamOfMetastream } from '../streams/names.ts'
import type { StreamState } from '../streams/stream-cache.ts'
import type { Streams } from '../streams/streams.ts'
import { ADMINS, ANONYMOUS, type Principal } from '../transport/principal.ts'

/** What somebody may want of a stream. Of a metastream it means the metadata of its stream. */
export type Right = 'read' | 'write' | 'delete'

/** The stream whose last event holds the default ACLs. */
export const SETTINGS = '$settings'
/** A role that every user has. Without credentials even that is not enough. */
const EVERYBODY = '$all'

const all = (role: string): Required<Acl> => ({
  read: [role],
  write: [role],
  delete: [role],
  metaRead: [role],
  metaWrite: [role],
})
interface DefaultAcls {
  readonly user: Required<Acl>
  readonly system: Required<Acl>
}
interface Settings {
  readonly state: StreamState
  readonly head: number
  readonly defaults: DefaultAcls
}
const BUILT_IN: DefaultAcls = { user: all(EVERYBODY), system: all(ADMINS) }

const OF_METADATA: Readonly<Record<Right, AclRight | undefined>> = {
  read: 'metaRead',
  write: 'metaWrite',
  // Metadata goes with its stream: to delete it alone is left to those who may do everything.
  delete: undefined,
}

/** What a settings event says: a default that is missing or can't be read is the built-in one. */
function defaultsIn(data: Buffer): DefaultAcls {
  try {
    const { $userStreamAcl, $systemStreamAcl } = Object(JSON.parse(data.toString()))
    return {
      user: { ...BUILT_IN.user, ...aclOf($userStreamAcl) },
      system: { ...BUILT_IN.system, ...aclOf($systemStreamAcl) },
    }
  } catch {
    return BUILT_IN
  }
}

/** Decides by what the store holds at the moment. */
export class Access {
  readonly #streams: Streams
  #settings: Settings | undefined

  constructor(streams: Streams) {
    this.#streams = streams
  }

  /** Whether somebody has a right to a stream, `$all` among them. */
  allows(principal: Principal, right: Right, stream: string): boolean {
    if (principal.groups.includes(ADMINS)) return true
    if (principal === ANONYMOUS) return false
    const ofMetadata = isMetastream(stream)
    const aclRight = ofMetadata ? OF_METADATA[right] : right
    if (!aclRight) return false
    const roles = this.#roles(ofMetadata ? streamOfMetastream(stream) : stream, aclRight)
    return roles.some(
      role => role === EVERYBODY || role === principal.name || principal.groups.includes(role),
    )
  }

  /** Ends the call it is used in where somebody has not the right. */
  demand(principal: Principal, right: Right, stream: string): void {
    if (!this.allows(principal, right, stream)) throw accessDenied()
  }

  #roles(stream: string, right: AclRight): readonly string[] {
    const own = this.#streams.limits(stream).acl?.[right]
    return own ?? this.#defaults()[stream.startsWith('$') ? 'system' : 'user'][right]
  }

  #defaults(): DefaultAcls {
    const found = this.#streams.visible(SETTINGS)
    if (found.kind !== 'stream') return BUILT_IN
    // A store that is emptied, or a write that is undone, leaves another state behind, be its head the same or not.
    const state = this.#streams.state(SETTINGS)
    if (this.#settings?.state !== state || this.#settings.head !== found.head) {
      const event = this.#streams.log.event(found.number, found.head)
      const defaults = event ? defaultsIn(fieldsOf(event).data) : BUILT_IN
      this.#settings = { state, head: found.head, defaults }
    }
    return this.#settings.defaults
  }
}
