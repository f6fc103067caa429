// All groups of a store: made, changed, deleted and found here; their configuration is kept in the store itself.
import { fieldsOf } from '../protocol/recorded-event.ts'
import type { Store } from '../store.ts'
import type { Writer } from '../streams/append.ts'
import { checkpointStreamOf } from './checkpoint.ts'
import { CONFIG_STREAM, CONFIG_TYPE, decodeConfig, encodeConfig } from './config-stream.ts'
import { Group } from './group.ts'
import { parkedStreamOf } from './parking.ts'
import { ALL, type GroupConfig, groupKey } from './settings.ts'

/** What became of a command. */
export type Changed =
  | { readonly kind: 'done' }
  | { readonly kind: 'exists' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly reason: string }

type Configs = ReadonlyMap<string, GroupConfig>
const DONE: Changed = { kind: 'done' }

/** A change of the configuration that somebody waits for. */
interface Change {
  readonly by: string
  /** Within a commit: makes the change, or says why not. */
  readonly make: (configs: Map<string, GroupConfig>, writer: Writer) => Changed
  /** What follows once it is on disk. */
  readonly apply: (configs: Configs) => void
  readonly resolve: (changed: Changed) => void
  readonly reject: (error: unknown) => void
}

const TICK_MS = 1000
/** The setting of the log that holds where the end was for groups that began there: events have no place for it. */
const ENDS = 'persistent-subscription-ends'

export class PersistentSubscriptions {
  readonly #store: Store
  /** Also those of streams whose last group was deleted, as the real server remembers them. */
  readonly #groups = new Map<string, Map<string, Group>>()
  readonly #ticking = new Set<Group>()
  /** As they are within the commits under way, and as they are on disk. */
  #configs: Configs = new Map()
  #kept: Configs = new Map()
  readonly #changes: Change[] = []
  #isWriting = false
  #ticks: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(store: Store) {
    this.#store = store
    this.load()
  }

  /** Begins anew with what the store says: at the start, when it was emptied, or when somebody asks for a restart. */
  load(): void {
    const before = [...this.#groups.values()].flatMap(groups => [...groups.values()])
    this.#kept = this.#configs = this.#read()
    this.#groups.clear()
    for (const config of this.#kept.values()) this.#openKept(config)
    for (const group of before) group.dropAll()
  }

  /** Ends the ticks for ever: the store is about to close. */
  stop(): void {
    this.#isStopped = true
    this.#ticking.clear()
    this.#pauseTicks()
  }

  find(stream: string, group: string): Group | undefined {
    return this.#groups.get(stream)?.get(group)
  }

  /** The groups of a stream; undefined for one that never had any. */
  of(stream: string): Group[] | undefined {
    const groups = this.#groups.get(stream)
    return groups && [...groups.values()]
  }

  /** All groups, by the names of their streams. */
  all(): Group[] {
    return [...this.#groups]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, groups]) => [...groups.values()])
  }

  /** Makes a group. `by` is who asks for it. */
  create(config: GroupConfig, by: string): Promise<Changed> {
    const key = keyOf(config)
    return this.#change(
      by,
      configs => {
        if (configs.has(key)) return { kind: 'exists' }
        configs.set(key, config)
        return DONE
      },
      configs => this.#openIn(configs, key),
    )
  }

  /** Gives a group other settings and another start: it begins anew behind its checkpoint. Its filter stays. */
  update(config: GroupConfig, by: string): Promise<Changed> {
    const key = keyOf(config)
    return this.#change(
      by,
      configs => {
        const old = configs.get(key)
        if (!old) return { kind: 'missing' }
        configs.set(key, { ...config, filter: old.filter })
        return DONE
      },
      configs => {
        const before = this.find(config.stream, config.group)
        this.#openIn(configs, key)
        before?.dropAll()
      },
    )
  }

  /** Deletes a group with its checkpoints and parked events. */
  delete(stream: string, group: string, by: string): Promise<Changed> {
    const key = groupKey(stream, group)
    const { streams } = this.#store
    return this.#change(
      by,
      (configs, writer) => {
        if (!configs.delete(key)) return { kind: 'missing' }
        for (const own of [checkpointStreamOf(key), parkedStreamOf(key)]) {
          // Also what this very commit has parked, which nobody is shown yet.
          if (streams.state(own).head >= 0 && !streams.limits(own).deleted)
            writer.delete(own, 'any')
        }
        return DONE
      },
      () => {
        const before = this.find(stream, group)
        this.#groups.get(stream)?.delete(group)
        before?.dropAll()
      },
    )
  }

  #change(by: string, make: Change['make'], apply: Change['apply']): Promise<Changed> {
    return new Promise((resolve, reject) => {
      this.#changes.push({ by, make, apply, resolve, reject })
      this.#writeChanges()
    })
  }

  /** All changes that come in while one is on its way to disk are the next: each names all groups there are. */
  #writeChanges(): void {
    if (this.#isWriting || this.#changes.length === 0) return
    const changes = this.#changes.splice(0)
    this.#isWriting = true
    const goOn = (): void => {
      this.#isWriting = false
      this.#writeChanges()
    }
    this.#store.write(
      writer => this.#make(changes, writer),
      outcomes => {
        this.#kept = this.#configs
        for (const [i, change] of changes.entries())
          finish(change, outcomes[i] as Changed, this.#kept)
        goOn()
      },
      error => {
        this.#configs = this.#kept
        for (const { reject } of changes) reject(error)
        goOn()
      },
    )
  }

  #make(changes: readonly Change[], writer: Writer): Changed[] {
    if (this.#store.streams.isTombstoned(CONFIG_STREAM)) {
      return changes.map(() => ({ kind: 'failed', reason: `${CONFIG_STREAM} is deleted.` }))
    }
    const configs = new Map(this.#configs)
    const outcomes = changes.map(({ make }) => make(configs, writer))
    if (outcomes.includes(DONE)) {
      const { log } = this.#store
      const by = changes.at(-1)?.by ?? ''
      const placed = [...configs].map(([key, config]) => [key, this.#placed(config)] as const)
      const ends = placed.flatMap(([key, { end }]) => (end === undefined ? [] : [[key, end]]))
      writer.appendOwn(CONFIG_STREAM, CONFIG_TYPE, encodeConfig(configs.values(), by, log.now()))
      log.putSetting(ENDS, JSON.stringify(ends))
      this.#configs = new Map(placed)
    }
    return outcomes
  }

  /**
   * A group from the end begins there even if the server is started again before it has a checkpoint. One of the whole
   * log sees the event that configures it, as with the real server.
   */
  #placed(config: GroupConfig): GroupConfig {
    const { stream, start, end } = config
    if (start !== 'end' || end !== undefined) return config
    const { log, streams } = this.#store
    return { ...config, end: 1 + (stream === ALL ? log.lastPosition : streams.state(stream).head) }
  }

  #read(): Configs {
    const { streams, log } = this.#store
    const found = streams.visible(CONFIG_STREAM)
    if (found.kind !== 'stream' || found.first > found.head) return new Map()
    const record = log.event(found.number, found.head)
    if (!record) return new Map()
    const ends = new Map(JSON.parse(log.setting(ENDS) ?? '[]') as [string, number][])
    const configs = decodeConfig(fieldsOf(record).data)
    return new Map([...configs].map(([key, config]) => [key, { ...config, end: ends.get(key) }]))
  }

  /** Anybody may have written the configuration: a filter that can't be read leaves its group out. */
  #openKept(config: GroupConfig): void {
    try {
      this.#open(config)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
    }
  }

  /** Opens a group, unless a later change of the same commit has deleted it. */
  #openIn(configs: Configs, key: string): void {
    const config = configs.get(key)
    if (config) this.#open(config)
  }

  #open(config: GroupConfig): void {
    const { stream, group } = config
    const home = {
      store: this.#store,
      isCurrent: (asking: GroupConfig) => this.#configs.get(keyOf(asking)) === asking,
      needsTicks: (ticking: Group) => this.#startTicks(ticking),
    }
    const groups = this.#groups.get(stream) ?? new Map<string, Group>()
    this.#groups.set(stream, groups.set(group, new Group(home, config)))
  }

  #startTicks(group: Group): void {
    if (this.#isStopped) return
    this.#ticking.add(group)
    this.#ticks ??= setInterval(() => this.#tick(), TICK_MS).unref()
  }

  #tick(): void {
    for (const group of this.#ticking) {
      if (!group.tick()) this.#ticking.delete(group)
    }
    if (this.#ticking.size === 0) this.#pauseTicks()
  }

  #pauseTicks(): void {
    clearInterval(this.#ticks)
    this.#ticks = undefined
  }
}

function finish({ apply, resolve, reject }: Change, changed: Changed, configs: Configs): void {
  try {
    if (changed === DONE) apply(configs)
    resolve(changed)
  } catch (error) {
    reject(error)
  }
}

const keyOf = ({ stream, group }: GroupConfig): string => groupKey(stream, group)
