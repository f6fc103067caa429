// What can be wrong with a store's files, or with the disk beneath them.

/** Files that are no store, a store of another format, or one whose bytes have changed. */
export class DamagedStore extends Error {
  override readonly name = 'DamagedStore'
}

/** A write is not on disk after the time that its client is to wait; it may still get there. */
export class CommitTimeout extends Error {
  override readonly name = 'CommitTimeout'
}

/** The disk has no room for what was to be written; nothing of it was. */
export class StoreFull extends Error {
  override readonly name = 'StoreFull'
  /** The folder that there is no room in. */
  readonly dir: string

  constructor(dir: string, options?: ErrorOptions) {
    super(`The disk is full: there is no room left in ${dir}.`, options)
    this.dir = dir
  }
}
