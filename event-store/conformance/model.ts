// What a store must hold and answer after a sequence of writes, in as few words as possible: the tests' second opinion.

/** What a writer expects of a stream: a number is an exact revision. */
export type Expected = 'any' | 'no_stream' | 'stream_exists' | number

export type OfDelete = Exclude<Expected, 'stream_exists'>

/** The limits that metadata sets; `deleted` is what a soft delete writes. */
export interface Limits {
  readonly maxCount?: number
  readonly truncateBefore?: number
  readonly deleted?: true
}

/** An event in the order of the log. */
export interface Entry {
  readonly stream: string
  readonly revision: number | 'tombstone'
  /** Undefined for what the server writes itself. */
  readonly id: string | undefined
  readonly limits: Limits | undefined
}

/** What a write is answered. */
export type Outcome =
  | { readonly kind: 'written'; readonly revision: number }
  /** It was there already; undefined where it is hidden by now. */
  | { readonly kind: 'again'; readonly revision: number; readonly entry: Entry | undefined }
  | { readonly kind: 'wrong'; readonly actual: number }
  | { readonly kind: 'deleted' }

/** What a read of a stream finds. */
export type Found = readonly Entry[] | 'not-found' | 'deleted'

const DELETED = { kind: 'deleted' } as const
export const metastreamOf = (stream: string): string => `$$${stream}`

/** A store that holds lists. */
export class Model {
  /** Everything in the order of `$all`. */
  readonly log: Entry[] = []
  readonly #streams = new Map<string, Entry[]>()
  readonly #ended = new Set<string>()
  /** Where an id was written first: only there it is known again. */
  readonly #firsts = new Map<string, Entry>()

  /** The revision of a stream's last event, -1 without any. */
  head(stream: string): number {
    return this.events(stream).length - 1
  }

  /** Every event of a stream but its tombstone, hidden or not. */
  events(stream: string): readonly Entry[] {
    return this.#streams.get(stream) ?? []
  }

  isTombstoned(stream: string): boolean {
    return this.#ended.has(stream)
  }

  /** The metadata that counts: the last that was written. */
  limits(stream: string): Limits {
    if (stream.startsWith('$$')) return { maxCount: 1 }
    return this.events(metastreamOf(stream)).at(-1)?.limits ?? {}
  }

  append(stream: string, expected: Expected, ids: readonly string[]): Outcome {
    if (this.isTombstoned(stream)) return DELETED
    return this.#known(stream, expected, ids) ?? this.#write(stream, ids)
  }

  /** A soft delete. */
  delete(stream: string, expected: OfDelete): Outcome {
    const refusal = this.#refusesDelete(stream, expected)
    if (refusal) return refusal
    if (this.head(stream) < 0 && this.head(metastreamOf(stream)) < 0) return this.#wrong(stream)
    return this.#push(metastreamOf(stream), undefined, { deleted: true })
  }

  tombstone(stream: string, expected: OfDelete): Outcome {
    const refusal = this.#refusesDelete(stream, expected)
    if (refusal) return refusal
    this.#ended.add(stream)
    this.log.push({ stream, revision: 'tombstone', id: undefined, limits: undefined })
    return { kind: 'written', revision: -1 }
  }

  setMetadata(stream: string, limits: Limits): Outcome {
    const metastream = metastreamOf(stream)
    if (this.isTombstoned(stream) && this.head(metastream) < 0) return DELETED
    const reborn = !this.isTombstoned(stream) && this.limits(stream).deleted
    const written = this.#push(metastream, undefined, limits)
    if (reborn) this.#showFrom(stream, this.head(stream) + 1)
    return written
  }

  /** Up to `count` events from a revision on, or back. */
  read(stream: string, from: number, count: number, backwards: boolean): Found {
    if (this.isTombstoned(stream)) return 'deleted'
    if (this.head(stream) < 0 || this.limits(stream).deleted) return 'not-found'
    const shown = this.events(stream).slice(this.#firstShown(stream))
    return backwards
      ? shown
          .filter(({ revision }) => Number(revision) <= from)
          .slice(-count)
          .reverse()
      : shown.filter(({ revision }) => Number(revision) >= from).slice(0, count)
  }

  #firstShown(stream: string): number {
    const { maxCount = Infinity, truncateBefore = 0 } = this.limits(stream)
    return Math.max(truncateBefore, this.events(stream).length - maxCount)
  }

  #wrong(stream: string): Outcome {
    return { kind: 'wrong', actual: this.head(stream) }
  }

  /** The answer to what is not to be written. */
  #known(stream: string, expected: Expected, ids: readonly string[]): Outcome | undefined {
    const exact = expected === 'no_stream' ? -1 : expected
    if (typeof exact !== 'number') {
      return (exact === 'any' ? undefined : this.#refusesMissing(stream)) ?? this.#same(stream, ids)
    }
    if (exact >= this.head(stream)) {
      return exact === this.head(stream) ? undefined : this.#wrong(stream)
    }
    const there = this.events(stream).slice(exact + 1, exact + 1 + ids.length)
    if (ids.every((id, i) => there[i]?.id === id)) return this.#again(there.at(-1) as Entry)
    const begins = expected === 'no_stream' && there[0]?.id !== ids[0]
    return begins && this.limits(stream).deleted ? undefined : this.#wrong(stream)
  }

  #same(stream: string, ids: readonly string[]): Outcome | undefined {
    const firsts = ids
      .map(id => this.#firsts.get(id))
      .map(e => (e?.stream === stream ? e : undefined))
    if (!firsts[0]) return undefined
    const last = firsts.every(Boolean) ? firsts.at(-1) : undefined
    return last ? this.#again(last) : this.#wrong(stream)
  }

  #again(entry: Entry): Outcome {
    const revision = entry.revision as number
    const hidden = this.limits(entry.stream).deleted || revision < this.#firstShown(entry.stream)
    return { kind: 'again', revision, entry: hidden ? undefined : entry }
  }

  #refusesMissing(stream: string): Outcome | undefined {
    if (this.limits(stream).deleted) return DELETED
    const missing = this.head(stream) < 0 && this.head(metastreamOf(stream)) < 0
    return missing ? this.#wrong(stream) : undefined
  }

  #refusesDelete(stream: string, expected: OfDelete): Outcome | undefined {
    if (this.isTombstoned(stream)) return DELETED
    if (expected === 'any') return undefined
    if (expected === 'no_stream' && this.limits(stream).deleted) return undefined
    const exact = expected === 'no_stream' ? -1 : expected
    return exact === this.head(stream) ? undefined : this.#wrong(stream)
  }

  #write(stream: string, ids: readonly string[]): Outcome {
    const shownFrom = this.limits(stream).deleted ? this.head(stream) + 1 : undefined
    for (const id of ids) this.#push(stream, id, undefined)
    const revision = this.head(stream)
    if (shownFrom !== undefined) this.#showFrom(stream, shownFrom)
    return { kind: 'written', revision }
  }

  /** Brings a deleted stream back without what it held before. */
  #showFrom(stream: string, revision: number): void {
    const { maxCount } = this.limits(stream)
    const kept = maxCount === undefined ? {} : { maxCount }
    this.#push(metastreamOf(stream), undefined, { ...kept, truncateBefore: revision })
  }

  #push(stream: string, id: string | undefined, limits: Limits | undefined): Outcome {
    const events = this.#streams.get(stream) ?? []
    this.#streams.set(stream, events)
    const entry = { stream, revision: events.length, id, limits }
    events.push(entry)
    this.log.push(entry)
    if (id !== undefined && !this.#firsts.has(id)) this.#firsts.set(id, entry)
    return { kind: 'written', revision: entry.revision }
  }
}
