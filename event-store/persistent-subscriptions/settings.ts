// What a group of a persistent subscription is set to, and which settings are refused.
import type { FilterRequest } from '../protocol/read-request.ts'

export const STRATEGIES = [
  'DispatchToSingle',
  'RoundRobin',
  'Pinned',
  'PinnedByCorrelation',
] as const
/** How the events of a group are shared out among its consumers. */
export type Strategy = (typeof STRATEGIES)[number]

/** How a group delivers. Counts and times are as their author wrote them, below zero too, as the real server has it. */
export interface GroupSettings {
  readonly resolveLinks: boolean
  readonly extraStatistics: boolean
  readonly messageTimeoutMs: number
  readonly maxRetryCount: number
  readonly checkpointAfterMs: number
  readonly minCheckpointCount: number
  readonly maxCheckpointCount: number
  /** 0 for any number. */
  readonly maxSubscriberCount: number
  readonly liveBufferSize: number
  readonly readBatchSize: number
  readonly historyBufferSize: number
  readonly strategy: Strategy
}

/** Settings as they were asked for: the name of the strategy may be anything. */
export type ProposedSettings = Omit<GroupSettings, 'strategy'> & { readonly strategy: string }

/** Where a group begins while it has no checkpoint: a revision or a position, inclusive, or what comes after now. */
export type GroupStart = 'end' | bigint

/** The name by which groups on the whole log are known. */
export const ALL = '$all'

/** A group, as it is kept. */
export interface GroupConfig {
  /** `ALL` for the whole log. */
  readonly stream: string
  readonly group: string
  readonly start: GroupStart
  /** Of a start at the end: the place after everything there was when that was asked for; undefined where unknown. */
  readonly end?: number | undefined
  /** Of a start within the log; elsewhere 0. */
  readonly prepare: bigint
  /** Only for groups on the whole log. */
  readonly filter: FilterRequest | undefined
  readonly settings: GroupSettings
}

/** Names a group, and is the id of the subscriptions to it. */
export const groupKey = (stream: string, group: string): string => `${stream}::${group}`

/** The settings if they can be met, or the words that refuse them. */
export function checkedSettings(proposed: ProposedSettings): GroupSettings | string {
  const strategy = STRATEGIES.find(name => name === proposed.strategy)
  if (!strategy) return `Consumer strategy ${proposed.strategy} does not exist.`
  if (proposed.readBatchSize >= proposed.historyBufferSize) {
    return "Specified argument was out of the range of valid values. (Parameter 'ReadBatchSize may not be greater than or equal to BufferSize')"
  }
  return { ...proposed, strategy }
}

/** The start as the statistics and the kept configuration show it: -1 stands for the end. */
export function startText({ stream, start, prepare }: GroupConfig): string {
  if (stream !== ALL) return start === 'end' ? '-1' : String(start)
  return start === 'end' ? 'C:-1/P:-1' : `C:${start}/P:${prepare}`
}
