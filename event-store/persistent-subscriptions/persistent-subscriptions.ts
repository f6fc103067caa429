// All groups of a store: made, changed, deleted and found here; their configuration is kept in the store itself.
import { fieldsOf } from '../protocol/recorded-event.ts'
import type { Store } from '../store.ts'
import type { Writer } from '../streams/append.ts'
import { checkpointStreamOf } from './checkpoint.ts'
import { CONFIG_STREAM, CONFIG_TYPE, decodeConfig, encodeConfig } from './config-stream.ts'
import { Group } from './group.ts'
import { parkedStreamOf } from './parking.ts'
import { type GroupConfig, groupKey } from './settings.ts'

/** What became of a command. */
export type Changed =
  | { readonly kind: 'done' }
  | { readonly kind: 'exists' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly reason: string }

type Configs = ReadonlyMap<string, GroupConfig>

const TICK_MS = 1000

export class PersistentSubscriptions {
  readonly #store: Store
  /** Also those of streams whose last group was deleted, as the real server remembers them. */
  readonly #groups = new Map<string, Map<string, Group>>()
  readonly #ticking = new Set<Group>()
  /** As they are within the commits under way, and as they are on disk. */
  #configs: Configs = new Map()
  #kept: Configs = new Map()
  #ticks: NodeJS.Timeout | undefined

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

  /** Ends the ticks. */
  stop(): void {
    clearInterval(this.#ticks)
    this.#ticks = undefined
    this.#ticking.clear()
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
      configs => (configs.has(key) ? { kind: 'exists' } : new Map([...configs, [key, config]])),
      () => this.#open(config),
    )
  }

  /** Gives a group other settings and another start: it begins anew behind its checkpoint. Its filter stays. */
  update(config: GroupConfig, by: string): Promise<Changed> {
    const key = keyOf(config)
    let updated = config
    return this.#change(
      by,
      configs => {
        const old = configs.get(key)
        if (!old) return { kind: 'missing' }
        updated = { ...config, filter: old.filter }
        return new Map([...configs, [key, updated]])
      },
      () => {
        const before = this.find(config.stream, config.group)
        this.#open(updated)
        before?.dropAll()
      },
    )
  }

  /** Deletes a group with its checkpoints and parked events. */
  delete(stream: string, group: string, by: string): Promise<Changed> {
    const key = groupKey(stream, group)
    return this.#change(
      by,
      (configs, writer) => {
        if (!configs.has(key)) return { kind: 'missing' }
        for (const own of [checkpointStreamOf(key), parkedStreamOf(key)]) {
          if (this.#store.streams.visible(own).kind === 'stream') writer.delete(own, 'any')
        }
        return new Map([...configs].filter(([other]) => other !== key))
      },
      () => {
        const before = this.find(stream, group)
        this.#groups.get(stream)?.delete(group)
        before?.dropAll()
      },
    )
  }

  /** Has a change of the configuration written, and `apply` called once it is on disk. */
  #change(
    by: string,
    change: (configs: Configs, writer: Writer) => Configs | Changed,
    apply: () => void,
  ): Promise<Changed> {
    return new Promise((resolve, reject) => {
      this.#store.write(
        writer => this.#write(writer, by, change(this.#configs, writer)),
        outcome => {
          if ('kind' in outcome) {
            resolve(outcome)
            return
          }
          this.#kept = outcome
          try {
            apply()
            resolve({ kind: 'done' })
          } catch (error) {
            reject(error)
          }
        },
        error => {
          this.#configs = this.#kept
          reject(error)
        },
      )
    })
  }

  #write(writer: Writer, by: string, outcome: Configs | Changed): Configs | Changed {
    if ('kind' in outcome) return outcome
    if (this.#store.streams.isTombstoned(CONFIG_STREAM)) {
      return { kind: 'failed', reason: `${CONFIG_STREAM} is deleted.` }
    }
    const data = encodeConfig(outcome.values(), by, this.#store.log.now())
    writer.appendOwn(CONFIG_STREAM, CONFIG_TYPE, data)
    this.#configs = outcome
    return outcome
  }

  #read(): Configs {
    const { streams } = this.#store
    const found = streams.visible(CONFIG_STREAM)
    if (found.kind !== 'stream' || found.first > found.head) return new Map()
    const record = streams.log.event(found.number, found.head)
    return record ? decodeConfig(fieldsOf(record).data) : new Map()
  }

  /** Anybody may have written the configuration: a filter that can't be read leaves its group out. */
  #openKept(config: GroupConfig): void {
    try {
      this.#open(config)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
    }
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
    this.#ticking.add(group)
    this.#ticks ??= setInterval(() => this.#tick(), TICK_MS).unref()
  }

  #tick(): void {
    for (const group of this.#ticking) {
      if (!group.tick()) this.#ticking.delete(group)
    }
    if (this.#ticking.size === 0) this.stop()
  }
}

const keyOf = ({ stream, group }: GroupConfig): string => groupKey(stream, group)
