// The errors of persistent subscriptions that clients know by their `exception` trailer.
import { GrpcError, Status, type StatusCode } from '../transport/status.ts'

/** Which group an error speaks of. */
export interface GroupName {
  readonly stream: string
  readonly group: string
}

const groupError = (
  code: StatusCode,
  exception: string,
  { stream, group }: GroupName,
  words: string,
  more: Readonly<Record<string, string>> = {},
): GrpcError =>
  new GrpcError(code, words, {
    exception,
    'stream-name': stream,
    'group-name': group,
    ...more,
  })

const called = ({ stream, group }: GroupName): string =>
  `Subscription group ${group} on stream ${stream}`

export const groupExists = (name: GroupName): GrpcError =>
  groupError(
    Status.ALREADY_EXISTS,
    'persistent-subscription-exists',
    name,
    `${called(name)} exists.`,
  )

export const groupMissing = (name: GroupName): GrpcError =>
  groupError(
    Status.NOT_FOUND,
    'persistent-subscription-does-not-exist',
    name,
    `${called(name)} does not exist.`,
  )

export const groupFailed = (name: GroupName, reason: string): GrpcError =>
  groupError(
    Status.INTERNAL,
    'persistent-subscription-failed',
    name,
    `${called(name)} failed: '${reason}'`,
    { reason },
  )

export const tooManyConsumers = (name: GroupName): GrpcError =>
  groupError(
    Status.FAILED_PRECONDITION,
    'maximum-subscribers-reached',
    name,
    `Maximum subscriptions reached for subscription group ${name.group} on stream ${name.stream}.`,
  )

export const consumerDropped = (name: GroupName): GrpcError =>
  groupError(
    Status.CANCELLED,
    'persistent-subscription-dropped',
    name,
    `${called(name)} was dropped.`,
  )
