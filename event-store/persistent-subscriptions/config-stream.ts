// The configuration of all groups, kept as the last event of one stream, laid out as the real server does.
import type { FilterRequest } from '../protocol/read-request.ts'
import { ALL, checkedSettings, type GroupConfig, groupKey, startText } from './settings.ts'

export const CONFIG_STREAM = '$persistentSubscriptionConfig'
export const CONFIG_TYPE = '$PersistentConfig'

interface FilterEntry {
  readonly context: 'streamId' | 'eventType'
  readonly type: 'prefix' | 'regex'
  readonly data: readonly string[]
}

const filterEntry = ({ on, regex, prefixes }: FilterRequest): FilterEntry => ({
  context: on === 'type' ? 'eventType' : 'streamId',
  type: regex === '' ? 'prefix' : 'regex',
  data: regex === '' ? prefixes : [regex],
})

function filterIn(entry: unknown): FilterRequest | undefined {
  const { context, type, data } = (entry ?? {}) as Partial<FilterEntry>
  if (!Array.isArray(data)) return undefined
  const texts = data.map(String)
  return {
    on: context === 'eventType' ? 'type' : 'stream',
    regex: type === 'regex' ? (texts[0] ?? '') : '',
    prefixes: type === 'regex' ? [] : texts,
    window: undefined,
    checkpointMultiplier: 0,
  }
}

function entryOf(config: GroupConfig): Record<string, unknown> {
  const { settings } = config
  const entry = {
    stream: config.stream,
    group: config.group,
    filter: config.filter && filterEntry(config.filter),
    resolveLinkTos: settings.resolveLinks,
    extraStatistics: settings.extraStatistics,
    messageTimeout: settings.messageTimeoutMs,
    startFrom: config.stream === ALL ? 0 : Number(startText(config)),
    startPosition: startText(config),
    liveBufferSize: settings.liveBufferSize,
    historyBufferSize: settings.historyBufferSize,
    maxRetryCount: settings.maxRetryCount,
    readBatchSize: settings.readBatchSize,
    checkPointAfter: settings.checkpointAfterMs,
    minCheckPointCount: settings.minCheckpointCount,
    maxCheckPointCount: settings.maxCheckpointCount,
    maxSubscriberCount: settings.maxSubscriberCount,
    namedConsumerStrategy: settings.strategy,
  }
  // What is zero, false or nothing is left out.
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value))
}

/** The data of a configuration event. */
export function encodeConfig(configs: Iterable<GroupConfig>, by: string, now: number): string {
  const entries = [...configs].map(entryOf)
  return JSON.stringify({
    version: '2',
    updated: new Date(now).toISOString(),
    updatedBy: by,
    entries,
  })
}

const STREAM_START = /^(-1|\d+)$/
const LOG_START = /^C:(-1|\d+)\/P:(-1|\d+)$/

function startIn(
  stream: string,
  text: unknown,
): Pick<GroupConfig, 'start' | 'prepare'> | undefined {
  const match = (stream === ALL ? LOG_START : STREAM_START).exec(String(text))
  if (!match) return undefined
  const [, start, prepare = '0'] = match as unknown as [string, string, string?]
  return start === '-1'
    ? { start: 'end', prepare: 0n }
    : { start: BigInt(start), prepare: BigInt(prepare) }
}

function configIn(value: unknown): GroupConfig | undefined {
  const entry = (value ?? {}) as Record<string, unknown>
  const { stream, group = '' } = entry
  if (typeof stream !== 'string' || typeof group !== 'string') return undefined
  const start = startIn(stream, entry.startPosition)
  const count = (key: string): number => Math.trunc(Number(entry[key] ?? 0)) || 0
  const settings = checkedSettings({
    resolveLinks: entry.resolveLinkTos === true,
    extraStatistics: entry.extraStatistics === true,
    messageTimeoutMs: count('messageTimeout'),
    maxRetryCount: count('maxRetryCount'),
    checkpointAfterMs: count('checkPointAfter'),
    minCheckpointCount: count('minCheckPointCount'),
    maxCheckpointCount: count('maxCheckPointCount'),
    maxSubscriberCount: count('maxSubscriberCount'),
    liveBufferSize: count('liveBufferSize'),
    readBatchSize: count('readBatchSize'),
    historyBufferSize: count('historyBufferSize'),
    strategy: String(entry.namedConsumerStrategy),
  })
  if (!start || typeof settings === 'string') return undefined
  const filter = stream === ALL ? filterIn(entry.filter) : undefined
  return { stream, group, ...start, filter, settings }
}

/** The groups that a configuration event names, by key. Anybody may have written it: what can't be read is left out. */
export function decodeConfig(data: Buffer): Map<string, GroupConfig> {
  const configs = new Map<string, GroupConfig>()
  for (const entry of entriesIn(data)) {
    const config = configIn(entry)
    if (config) configs.set(groupKey(config.stream, config.group), config)
  }
  return configs
}

function entriesIn(data: Buffer): readonly unknown[] {
  try {
    const { entries } = JSON.parse(data.toString('utf8')) as { entries?: unknown }
    return Array.isArray(entries) ? entries : []
  } catch {
    return []
  }
}
