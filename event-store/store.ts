// One store: its log, the rules of its streams, the queue of its writes and those who follow them.
import { Access } from './access/access.ts'
import type { Finding, Report } from './monitoring/report.ts'
import { Commits } from './storage/commits.ts'
import { CommitTimeout, DamagedStore, StoreFull } from './storage/errors.ts'
import type { Log } from './storage/log.ts'
import { type Appended, type AppendRefusal, Writer } from './streams/append.ts'
import { Streams } from './streams/streams.ts'
import { LiveFeed } from './subscriptions/live-feed.ts'

/** What a fresh log holds, as the real server's does: clients expect some event of the system in it. */
const EPOCH = {
  stream: '$epoch-information',
  type: '$epoch-information',
  data: '{"epochNumber":0}',
}
const SCAVENGES = {
  stream: '$$$scavenges',
  type: '$metadata',
  data: '{"$maxAge":2592000,"$acl":{"$r":"$ops","$w":[],"$d":[],"$mr":[],"$mw":[]}}',
}

/** No clock of ours tells so short a time from none: whoever asks for it is told each time that it was over. */
const LEAST_PATIENCE_MS = 1

/** What became of an append or a delete. */
export type WriteOutcome = Appended | AppendRefusal

export interface StoreOptions {
  readonly commitTimeoutMs?: number | undefined
  readonly report?: Report
}

export class Store {
  readonly log: Log
  readonly streams: Streams
  readonly access: Access
  readonly feed: LiveFeed
  readonly #writer: Writer
  readonly #commits: Commits
  readonly #commitTimeoutMs: number | undefined
  readonly #report: Report
  /** What keeps writes from happening, as it was told of. */
  #trouble: 'full' | 'broken' | undefined

  /**
   * Takes a log that is open, and puts into an empty one what every log begins with. Clients wait for a commit as long as it
   * takes where no time is given. `report` hears of what operators should know.
   */
  constructor(log: Log, { commitTimeoutMs, report = () => {} }: StoreOptions = {}) {
    this.log = log
    this.#commitTimeoutMs = commitTimeoutMs
    this.#report = report
    this.streams = new Streams(log)
    const astonished = (error: unknown): void => report({ kind: 'astonished', error })
    this.feed = new LiveFeed(astonished)
    this.access = new Access(this.streams)
    this.#writer = new Writer(this.streams)
    this.#commits = new Commits(log, {
      published: written => this.feed.publish(written),
      undone: () => this.streams.forget(),
      astonished,
    })
    this.#begin()
  }

  /**
   * Has a write done with the next commit and calls back once it is on disk: with its outcome, or with what it threw, or
   * with the error that kept the whole commit from happening.
   */
  write<T = WriteOutcome>(
    action: (writer: Writer) => T,
    done: (outcome: T) => void,
    failed: (error: unknown) => void,
  ): void {
    this.#commits.submit(
      () => action(this.#writer),
      (outcome: T) => {
        if (this.#trouble === 'full') this.#tell({ kind: 'room', dir: this.log.dir })
        done(outcome)
      },
      error => {
        if (error instanceof StoreFull) this.#tell({ kind: 'full', dir: error.dir })
        else if (error instanceof DamagedStore) this.#tell({ kind: 'broken', words: error.message })
        failed(error)
      },
    )
  }

  /** Has a write done and waits until it is on disk. Throws what kept it from happening. */
  writeNow(action: (writer: Writer) => unknown): void {
    const failures: unknown[] = []
    this.write(
      action,
      () => {},
      error => failures.push(error),
    )
    this.flush()
    for (const failure of failures) throw failure
  }

  /**
   * `write` for a client, who hears of `CommitTimeout` when a commit takes longer than is to be waited for. What it wrote comes to
   * be all the same, unless the commit fails.
   */
  writeForClient(
    action: (writer: Writer) => WriteOutcome,
    done: (outcome: WriteOutcome) => void,
    failed: (error: unknown) => void,
  ): void {
    if (this.#commitTimeoutMs === undefined) {
      this.write(action, done, failed)
      return
    }
    const patience = this.#commitTimeoutMs
    const start = performance.now()
    let isWaiting = true
    const once =
      <T>(tell: (what: T) => void) =>
      (what: T): void => {
        if (!isWaiting) return
        isWaiting = false
        clearTimeout(timer)
        tell(what)
      }
    const fail = once(failed)
    const timer = setTimeout(() => fail(new CommitTimeout()), patience)
    const finish = once((outcome: WriteOutcome) => {
      // A flush that was waited for keeps timers from telling in time.
      const isLate = patience <= LEAST_PATIENCE_MS || performance.now() - start >= patience
      if (isLate && outcome.kind === 'appended') failed(new CommitTimeout())
      else done(outcome)
    })
    this.write(action, finish, fail)
  }

  /** Empties the store. Those who follow it are the caller's to dismiss. */
  clear(): void {
    this.#commits.flush()
    this.log.clear()
    this.streams.forget()
    this.#begin()
  }

  /** Commits and answers what was submitted. */
  flush(): void {
    this.#commits.flush()
  }

  /** Finishes what was submitted, then closes the files. */
  async close(): Promise<void> {
    this.flush()
    await this.log.close()
  }

  /** Once for as long as it lasts. */
  #tell(finding: Extract<Finding, { kind: 'full' | 'room' | 'broken' }>): void {
    const trouble = finding.kind === 'room' ? undefined : finding.kind
    if (trouble === this.#trouble) return
    this.#trouble = trouble
    this.#report(finding)
  }

  #begin(): void {
    if (this.log.lastPosition > 0) return
    this.log.transaction(() => {
      for (const { stream, type, data } of [EPOCH, SCAVENGES]) {
        this.#writer.appendOwn(stream, type, data)
      }
    })
  }
}
