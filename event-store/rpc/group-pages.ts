// Persistent subscriptions over HTTP, as clients ask for them from servers that are too old for gRPC.
import type { Group } from '../persistent-subscriptions/group.ts'
import type { PersistentSubscriptions } from '../persistent-subscriptions/persistent-subscriptions.ts'
import type { GroupInfo } from '../protocol/persistent-info.ts'
import type { Page, PageRequest, PageSource } from '../transport/pages.ts'

const MISSING: Page = { status: 404, json: { success: false, reason: 'NotFound' } }
const DONE: Page = { status: 200, json: { success: true } }

/** The pages below /subscriptions. */
export function groupPages(groups: PersistentSubscriptions): PageSource {
  const lists = (stream: string | undefined): Page => {
    const found = stream === undefined ? groups.all() : groups.of(stream)
    return found ? { status: 200, json: found.map(group => summaryOf(group.info())) } : MISSING
  }
  const info = async (group: Group): Promise<Page> => {
    await group.lookAhead()
    return { status: 200, json: detailsOf(group.info()) }
  }
  const replay = async (group: Group): Promise<Page> => {
    await group.replayParked(Number.MAX_SAFE_INTEGER)
    return DONE
  }
  const restart = (): Page => {
    groups.load()
    return DONE
  }
  const actions = new Map([
    ['GET info', info],
    ['POST replayParked', replay],
  ])
  const answer = ({ method, parts }: PageRequest): ReturnType<PageSource['answer']> => {
    const [stream, name, action] = parts
    if (method === 'POST' && parts.length === 1 && stream === 'restart') return restart()
    if (method === 'GET' && parts.length < 2) return lists(stream)
    const act = actions.get(`${method} ${action}`)
    if (!act || parts.length !== 3) return undefined
    const group = groups.find(stream as string, name as string)
    return group ? act(group) : MISSING
  }
  return { root: '/subscriptions', answer }
}

const addressOf = ({ eventSource, groupName }: GroupInfo): string =>
  `/subscriptions/${encodeURIComponent(eventSource)}/${encodeURIComponent(groupName)}`

/** Revisions are numbers here; positions, which the whole log has instead, are none. */
const revision = (text: string): number => (/^\d+$/.test(text) ? Number(text) : -1)

const summaryOf = (info: GroupInfo) => ({
  links: [{ href: `${addressOf(info)}/info`, rel: 'detail' }],
  eventStreamId: info.eventSource,
  groupName: info.groupName,
  parkedMessageUri: parkedUri(info),
  getMessagesUri: `${addressOf(info)}/1`,
  status: info.status,
  averageItemsPerSecond: info.averagePerSecond,
  totalItemsProcessed: info.totalItems,
  lastProcessedEventNumber: revision(info.lastCheckpointed),
  lastKnownEventNumber: revision(info.lastKnown),
  connectionCount: info.connections.length,
  totalInFlightMessages: info.inFlightMessages,
})

const parkedUri = ({ eventSource, groupName }: GroupInfo): string =>
  `/streams/${encodeURIComponent(`$persistentsubscription-${eventSource}::${groupName}-parked`)}`

const detailsOf = (info: GroupInfo) => ({
  links: [
    { href: `${addressOf(info)}/info`, rel: 'detail' },
    { href: `${addressOf(info)}/replayParked`, rel: 'replayParked' },
  ],
  config: {
    resolveLinktos: info.resolveLinks,
    startFrom: revision(info.startFrom),
    startPosition: info.startFrom,
    messageTimeoutMilliseconds: info.messageTimeoutMs,
    extraStatistics: info.extraStatistics,
    maxRetryCount: info.maxRetryCount,
    liveBufferSize: info.liveBufferSize,
    bufferSize: info.historyBufferSize,
    readBatchSize: info.readBatchSize,
    preferRoundRobin: info.strategy === 'RoundRobin',
    checkPointAfterMilliseconds: info.checkpointAfterMs,
    minCheckPointCount: info.minCheckpointCount,
    maxCheckPointCount: info.maxCheckpointCount,
    maxSubscriberCount: info.maxSubscriberCount,
    namedConsumerStrategy: info.strategy,
  },
  eventStreamId: info.eventSource,
  groupName: info.groupName,
  status: info.status,
  averageItemsPerSecond: info.averagePerSecond,
  parkedMessageUri: parkedUri(info),
  getMessagesUri: `${addressOf(info)}/1`,
  totalItemsProcessed: info.totalItems,
  countSinceLastMeasurement: info.countSinceLastMeasurement,
  lastProcessedEventNumber: revision(info.lastCheckpointed),
  lastCheckpointedEventPosition: info.lastCheckpointed || null,
  lastKnownEventNumber: revision(info.lastKnown),
  lastKnownEventPosition: info.lastKnown,
  readBufferCount: info.readBufferCount,
  liveBufferCount: info.liveBufferCount,
  retryBufferCount: info.retryBufferCount,
  totalInFlightMessages: info.inFlightMessages,
  outstandingMessagesCount: info.outstandingMessages,
  connections: info.connections.map(consumer => ({
    username: consumer.username,
    averageItemsPerSecond: consumer.averagePerSecond,
    totalItemsProcessed: consumer.totalItems,
    countSinceLastMeasurement: consumer.countSinceLastMeasurement,
    availableSlots: consumer.availableSlots,
    inFlightMessages: consumer.inFlightMessages,
    connectionName: consumer.connectionName,
    extraStatistics: Array.from(consumer.measurements, ([key, value]) => ({ key, value })),
  })),
  parkedMessageCount: info.parkedMessages,
})
