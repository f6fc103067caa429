// One group: what its consumers are sent, what they answer, and how far it has come.
import type { GroupInfo } from '../protocol/persistent-info.ts'
import type { Delivery, NackAction } from '../protocol/persistent-read.ts'
import type { Written } from '../storage/log.ts'
import type { Store } from '../store.ts'
import { otherWork } from '../subscriptions/catch-up.ts'
import { Backlog, type Offered } from './backlog.ts'
import { CheckpointKeeper, lastCheckpoint } from './checkpoint.ts'
import { Consumer, type Subscriber } from './consumer.ts'
import { deliveryOf, pinOf } from './delivery.ts'
import type { Entry } from './entry.ts'
import { InFlight } from './in-flight.ts'
import { Ledger } from './ledger.ts'
import { Parking } from './parking.ts'
import { type GroupConfig, groupKey, startText } from './settings.ts'
import { type Source, sourceOf } from './source.ts'
import { Rate } from './statistics.ts'
import { type Sharing, sharingBy } from './strategies.ts'

/** What a group needs of the place where all of them are. */
export interface GroupHome {
  readonly store: Store
  /** Whether the group is still the one of its name: asked within a commit. */
  readonly isCurrent: (config: GroupConfig) => boolean
  /** Asks for ticks, one a second, until `tick` says that no more are needed. */
  readonly needsTicks: (group: Group) => void
}

export class Group {
  readonly config: GroupConfig
  readonly #home: GroupHome
  readonly #source: Source
  readonly #sharing: Sharing
  readonly #ledger: Ledger
  readonly #backlog: Backlog
  readonly #checkpoint: CheckpointKeeper
  readonly #parking: Parking
  readonly #inFlight = new InFlight()
  readonly #rate = new Rate()
  #unfollow: (() => void) | undefined
  #readsLater = false
  /** While all consumers are being sent away, none is given anything. */
  #isEnding = false

  /** Goes on behind the last checkpoint. Throws a SyntaxError for a filter that can't be read. */
  constructor(home: GroupHome, config: GroupConfig) {
    this.config = config
    this.#home = home
    const { store } = home
    const key = groupKey(config.stream, config.group)
    this.#source = sourceOf(store, config)
    this.#sharing = sharingBy(config.settings.strategy)
    const text = lastCheckpoint(store.streams, key)
    const place = text === undefined ? undefined : this.#source.placeIn(text)
    const start = config.start === 'end' ? (config.end ?? this.#source.end()) : Number(config.start)
    this.#ledger = new Ledger(place)
    const next = place === undefined ? start : place + 1
    this.#backlog = new Backlog(this.#source, config.settings, this.#ledger, next)
    const { settings } = config
    const isCurrent = (): boolean => home.isCurrent(config)
    const textOf = this.#source.textOf
    const kept = { key, settings, ledger: this.#ledger, textOf, place, isCurrent }
    this.#checkpoint = new CheckpointKeeper(store, kept)
    this.#parking = new Parking(store, config, isCurrent)
  }

  /** Lets a consumer in, confirms and begins to send, unless there are as many as there may be. */
  connect(subscriber: Subscriber): Consumer | 'too-many' {
    const { maxSubscriberCount, extraStatistics } = this.config.settings
    const { consumers } = this.#sharing
    if (maxSubscriberCount > 0 && consumers.size >= maxSubscriberCount) return 'too-many'
    const consumer = new Consumer(subscriber, extraStatistics, () => this.#advance())
    subscriber.confirm(groupKey(this.config.stream, this.config.group))
    if (!this.#unfollow) {
      this.#backlog.rest()
      this.#unfollow = this.#source.follow({ onWritten: event => this.#onWritten(event) })
    }
    this.#sharing.add(consumer)
    this.#home.needsTicks(this)
    this.#advance()
    return consumer
  }

  /** A consumer has gone: what it had in flight goes to others, however often it was tried. */
  disconnect(consumer: Consumer): void {
    this.#sharing.remove(consumer)
    for (const entry of this.#inFlight.takeAllOf(consumer)) this.#sendAgain(entry)
    if (this.#sharing.consumers.size === 0) {
      this.#unfollow?.()
      this.#unfollow = undefined
      this.#backlog.rest()
    }
    this.#advance()
  }

  /** A consumer is done with events. Ids that it has not in flight are passed over. */
  acknowledge(consumer: Consumer, ids: readonly Buffer[]): void {
    for (const entry of this.#takeAll(consumer, ids)) this.#ledger.finish(entry)
    this.#checkpoint.keep({ onTick: false })
    this.#advance()
  }

  /** A consumer could not work off events. Ids that it has not in flight are passed over. */
  reject(consumer: Consumer, ids: readonly Buffer[], action: NackAction, reason: string): void {
    for (const entry of this.#takeAll(consumer, ids)) {
      if (action === 'park') this.#park(entry, `Client explicitly NAK'ed message.\n${reason}`)
      else if (action === 'retry' || action === 'unknown') this.#retry(entry)
      else this.#ledger.finish(entry)
    }
    this.#checkpoint.keep({ onTick: false })
    this.#advance()
  }

  /** Sends parked events again, up to the one of the number `stopAt`; resolves when they are in line. */
  async replayParked(stopAt: number): Promise<void> {
    for (const entry of await this.#parking.takeOut(stopAt)) this.#backlog.addRetry(entry)
    this.#advance()
  }

  /** Once a second: what was not answered in time is sent again. Returns whether more ticks are needed. */
  tick(): boolean {
    const { messageTimeoutMs } = this.config.settings
    this.#guard(() => {
      for (const entry of this.#inFlight.takeExpired(messageTimeoutMs)) this.#retry(entry)
    })
    this.#checkpoint.keep({ onTick: true })
    this.#advance()
    return this.#sharing.consumers.size > 0 || this.#checkpoint.isPending
  }

  /** Sends all consumers away. */
  dropAll(): void {
    this.#endAll(({ subscriber }) => subscriber.drop())
  }

  /** Looks for what stands before a group that nobody reads, so that its statistics can tell. */
  async lookAhead(): Promise<void> {
    if (this.#unfollow || this.#source.count(0) !== undefined) return
    this.#backlog.rest()
    while (!this.#unfollow && this.#backlog.readOn() === 'more') await otherWork()
    if (!this.#unfollow) this.#backlog.forgetRecords()
  }

  info(): GroupInfo {
    const { config } = this
    const { lastKnown } = this.#backlog
    const { place } = this.#checkpoint
    return {
      ...config.settings,
      ...this.#rate.measure(),
      eventSource: config.stream,
      groupName: config.group,
      status: this.#backlog.isLive ? 'Live' : 'Behind',
      connections: [...this.#sharing.consumers].map(consumer => consumer.info()),
      lastCheckpointed: place === undefined ? '' : this.#source.textOf(place),
      lastKnown: lastKnown === undefined ? '' : this.#source.textOf(lastKnown),
      startFrom: startText(config),
      readBufferCount: this.#backlog.bufferCount,
      liveBufferCount: this.#backlog.liveCount,
      retryBufferCount: this.#backlog.retryCount,
      inFlightMessages: this.#inFlight.size,
      outstandingMessages: this.#inFlight.size + this.#parking.underWay,
      parkedMessages: this.#parking.count,
    }
  }

  #onWritten(event: Written): void {
    this.#guard(() => {
      if (this.#backlog.addLive(event)) this.#backlog.offerLast(entry => this.#offer(entry))
    })
  }

  #advance(): void {
    if (this.#sharing.consumers.size > 0 && !this.#isEnding) this.#guard(() => this.#sendAndRead())
  }

  /** Sends what can be sent, and reads on when nothing waits: one page a turn, so that others have theirs. */
  #sendAndRead(): void {
    const offer = (entry: Entry): Offered => this.#offer(entry)
    const hasRoom = this.#backlog.offer(offer)
    if (this.#readsLater || this.#backlog.isAtEnd) return
    if (!hasRoom && this.#backlog.hasBuffered) return
    const read = this.#backlog.readOn()
    if (read === 'tombstoned') this.dropAll()
    else if (hasRoom) this.#backlog.offer(offer)
    if (read === 'more') {
      this.#readsLater = true
      setImmediate(() => {
        this.#readsLater = false
        this.#advance()
      })
    }
  }

  #offer(entry: Entry): Offered {
    let delivery: Delivery | undefined
    const look = (): Delivery | undefined => {
      delivery ??= this.#deliveryOf(entry)
      return delivery
    }
    const { strategy } = this.config.settings
    const choice = this.#sharing.choose(() => {
      const found = look()
      return found ? pinOf(found, strategy) : ''
    })
    if (choice === 'full' || choice === 'skipped') return choice
    const found = look()
    if (found) this.#send(entry, found, choice)
    else this.#ledger.finish(entry)
    return 'taken'
  }

  #deliveryOf(entry: Entry): Delivery | undefined {
    const { streams, log } = this.#home.store
    const record = entry.record ?? log.record(entry.position)
    return record && deliveryOf(streams, entry, record, this.config.settings.resolveLinks)
  }

  #send(entry: Entry, delivery: Delivery, consumer: Consumer): void {
    entry.record = undefined
    this.#inFlight.add(entry, consumer)
    this.#rate.count()
    consumer.send(delivery)
  }

  *#takeAll(consumer: Consumer, ids: readonly Buffer[]): Iterable<Entry> {
    for (const id of ids) {
      const entry = this.#inFlight.take(consumer, id.toString('latin1'))
      if (entry) yield entry
    }
  }

  #sendAgain(entry: Entry): void {
    entry.retryCount++
    this.#backlog.addRetry(entry)
  }

  #retry(entry: Entry): void {
    const { maxRetryCount } = this.config.settings
    if (entry.retryCount < maxRetryCount) this.#sendAgain(entry)
    else this.#park(entry, `Reached retry count of ${maxRetryCount}`)
  }

  #park(entry: Entry, reason: string): void {
    let delivery: Delivery | undefined
    try {
      delivery = this.#deliveryOf(entry)
    } catch (error) {
      this.#backlog.addRetry(entry)
      throw error
    }
    if (!delivery) {
      this.#ledger.finish(entry)
      return
    }
    this.#parking.park(delivery, reason, isParked => {
      if (!isParked) {
        // There may be no room on the disk: the next tick sends it again.
        this.#backlog.addRetry(entry)
        return
      }
      this.#ledger.finish(entry)
      this.#checkpoint.keep({ onTick: false })
    })
  }

  /** What can't be read must not end the server: the consumers hear of it. */
  #guard(action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#endAll(({ subscriber }) => subscriber.fail(error))
    }
  }

  /** Their calls end, and with them the consumers are disconnected. */
  #endAll(end: (consumer: Consumer) => void): void {
    this.#isEnding = true
    for (const consumer of [...this.#sharing.consumers]) end(consumer)
    this.#isEnding = false
  }
}
