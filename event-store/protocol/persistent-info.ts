// What GetInfo and List tell of groups, as gRPC frames.
import type { ProposedSettings } from '../persistent-subscriptions/settings.ts'
import { frame } from './read-response.ts'
import { bytesField, EMPTY, message, varintField } from './wire.ts'

/** How one consumer does. */
export interface ConsumerInfo {
  readonly username: string
  readonly connectionName: string
  readonly averagePerSecond: number
  readonly totalItems: number
  readonly countSinceLastMeasurement: number
  readonly availableSlots: number
  readonly inFlightMessages: number
  /** How long events took, by the name of the statistic, in milliseconds; empty unless it was asked for. */
  readonly measurements: ReadonlyMap<string, number>
}

/** How a group does, and what it is set to. Places are texts, empty where there is none. */
export interface GroupInfo extends ProposedSettings {
  readonly eventSource: string
  readonly groupName: string
  readonly status: string
  readonly connections: readonly ConsumerInfo[]
  readonly averagePerSecond: number
  readonly totalItems: number
  readonly countSinceLastMeasurement: number
  readonly lastCheckpointed: string
  readonly lastKnown: string
  readonly startFrom: string
  readonly readBufferCount: number
  readonly liveBufferCount: number
  readonly retryBufferCount: number
  readonly inFlightMessages: number
  readonly outstandingMessages: number
  readonly parkedMessages: number
}

// Fields that hold what they would hold anyway are left out, as everywhere in proto3.
const text = (field: number, value: string): Buffer =>
  value === '' ? EMPTY : bytesField(field, value)
const number = (field: number, value: number): Buffer =>
  value === 0 ? EMPTY : varintField(field, BigInt.asUintN(64, BigInt(value)))
const flag = (field: number, value: boolean): Buffer => (value ? varintField(field, 1) : EMPTY)

function encodeConsumer(consumer: ConsumerInfo): Buffer {
  const measurements = [...consumer.measurements].map(([key, value]) =>
    bytesField(6, message(text(1, key), number(2, value))),
  )
  return message(
    text(2, consumer.username),
    number(3, consumer.averagePerSecond),
    number(4, consumer.totalItems),
    number(5, consumer.countSinceLastMeasurement),
    ...measurements,
    number(7, consumer.availableSlots),
    number(8, consumer.inFlightMessages),
    text(9, consumer.connectionName),
  )
}

function encodeInfo(info: GroupInfo): Buffer {
  return message(
    text(1, info.eventSource),
    text(2, info.groupName),
    text(3, info.status),
    ...info.connections.map(consumer => bytesField(4, encodeConsumer(consumer))),
    number(5, info.averagePerSecond),
    number(6, info.totalItems),
    number(7, info.countSinceLastMeasurement),
    text(8, info.lastCheckpointed),
    text(9, info.lastKnown),
    flag(10, info.resolveLinks),
    text(11, info.startFrom),
    number(12, info.messageTimeoutMs),
    flag(13, info.extraStatistics),
    number(14, info.maxRetryCount),
    number(15, info.liveBufferSize),
    number(16, info.historyBufferSize),
    number(17, info.readBatchSize),
    number(18, info.checkpointAfterMs),
    number(19, info.minCheckpointCount),
    number(20, info.maxCheckpointCount),
    number(21, info.readBufferCount),
    number(22, info.liveBufferCount),
    number(23, info.retryBufferCount),
    number(24, info.inFlightMessages),
    number(25, info.outstandingMessages),
    text(26, info.strategy),
    number(27, info.maxSubscriberCount),
    number(28, info.parkedMessages),
  )
}

/** `GetInfoResp`. */
export const groupInfo = (info: GroupInfo): Buffer => frame(bytesField(1, encodeInfo(info)))

/** `ListResp`. */
export const groupList = (infos: readonly GroupInfo[]): Buffer =>
  frame(message(...infos.map(info => bytesField(1, encodeInfo(info)))))

/** What Create, Update, Delete, ReplayParked and RestartSubsystem answer when it is done: nothing. */
export const DONE = frame(EMPTY)
