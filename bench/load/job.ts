// What the load process is told to do, and what it tells afterwards.

export interface LoadJob {
  readonly url: string
  readonly connections: number
  readonly seconds: number
  readonly request: /** Asks for these in turn. */
    | { readonly kind: 'get'; readonly paths: readonly string[] }
    | {
        readonly kind: 'publish'
        readonly path: string
        readonly cookie: string
        /** Part of every key and title, so that no round repeats another's commands. */
        readonly run: string
        readonly seed: number
      }
}

export interface LoadResult {
  /** Answers of 2xx. */
  readonly answered: number
  readonly seconds: number
  readonly failures: number
  readonly statuses: Readonly<Record<string, number>>
}
