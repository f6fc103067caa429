// PersistentSubscriptions.Create, Update, Delete, GetInfo, List, ReplayParked and RestartSubsystem.

import type {
  Changed,
  PersistentSubscriptions,
} from '../persistent-subscriptions/persistent-subscriptions.ts'
import { ALL, checkedSettings, type GroupConfig } from '../persistent-subscriptions/settings.ts'
import { invalid } from '../protocol/errors.ts'
import { groupExists, groupFailed, groupMissing } from '../protocol/persistent-errors.ts'
import { DONE, groupInfo, groupList } from '../protocol/persistent-info.ts'
import {
  type ChangeRequest,
  decodeChangeRequest,
  decodeDeleteRequest,
  decodeInfoRequest,
  decodeListRequest,
  decodeReplayRequest,
  type GroupSource,
} from '../protocol/persistent-requests.ts'
import type { Store } from '../store.ts'
import type { Call } from '../transport/call.ts'
import { type Handler, unary } from '../transport/grpc-server.ts'
import { foundGroup, nameOf, streamOf } from './persistent-groups.ts'
import { readGroup } from './persistent-read.ts'
import { writeFailed } from './streams-append.ts'
import { understood, understoodFilter } from './understood.ts'

/** What a checkpoint that is never written for the time that passed comes back as: 2^31-1 milliseconds. */
const NEVER_MS = 2 ** 31 - 1
const TOO_LARGE = 2n ** 63n

function startOf({ source, from }: ChangeRequest): Pick<GroupConfig, 'start' | 'prepare'> {
  if (from === undefined) throw invalid('The request does not say where to begin.')
  if (from === 'end') return { start: 'end', prepare: 0n }
  if (from === 'start') return { start: 0n, prepare: 0n }
  if (from.commit >= TOO_LARGE) {
    if (source === 'all') return { start: 'end', prepare: 0n }
    throw invalid(`Revision ${from.commit} is out of range.`)
  }
  if (from.prepare > from.commit) {
    throw invalid('The prepare position is beyond the commit position.')
  }
  return { start: from.commit, prepare: from.prepare }
}

/** The group that a request describes. Throws the error that refuses it. */
function configOf({ log }: Store, request: ChangeRequest): GroupConfig {
  const name = nameOf(request)
  const { settings, filter } = request
  if (!settings) throw invalid('The settings are missing.')
  const start = startOf(request)
  const checked = checkedSettings({
    ...settings,
    checkpointAfterMs: settings.checkpointAfterMs || NEVER_MS,
  })
  if (typeof checked === 'string') throw groupFailed(name, checked)
  if (name.stream === ALL && start.start !== 'end' && start.start > BigInt(log.lastPosition)) {
    throw groupFailed(
      name,
      'Invalid Start From position: commit position must be less than or equal to the last commit position in the transaction file.',
    )
  }
  if (filter && filter !== 'none') understoodFilter(filter)
  return { ...name, ...start, filter: filter === 'none' ? undefined : filter, settings: checked }
}

function answerChange(
  call: Call,
  name: { readonly stream: string; readonly group: string },
  changed: Changed,
): void {
  switch (changed.kind) {
    case 'exists':
      throw groupExists(name)
    case 'missing':
      throw groupMissing(name)
    case 'failed':
      throw groupFailed(name, changed.reason)
    case 'done':
      call.send(DONE)
      call.end()
  }
}

/** What could not be written is told as for any other write. */
const written = (changed: Promise<Changed>): Promise<Changed> =>
  changed.catch(error => {
    throw writeFailed(error)
  })

const create = (store: Store, groups: PersistentSubscriptions): Handler =>
  unary(async (bytes, call) => {
    const config = configOf(
      store,
      understood(() => decodeChangeRequest(bytes)),
    )
    answerChange(call, config, await written(groups.create(config, call.principal.name)))
  })

const update = (store: Store, groups: PersistentSubscriptions): Handler =>
  unary(async (bytes, call) => {
    const config = configOf(
      store,
      understood(() => decodeChangeRequest(bytes)),
    )
    answerChange(call, config, await written(groups.update(config, call.principal.name)))
  })

const remove = (groups: PersistentSubscriptions): Handler =>
  unary(async (bytes, call) => {
    const name = nameOf(understood(() => decodeDeleteRequest(bytes)))
    answerChange(
      call,
      name,
      await written(groups.delete(name.stream, name.group, call.principal.name)),
    )
  })

const getInfo = (groups: PersistentSubscriptions): Handler =>
  unary(async (bytes, call) => {
    const group = foundGroup(groups, nameOf(understood(() => decodeInfoRequest(bytes))))
    await group.lookAhead()
    call.send(groupInfo(group.info()))
    call.end()
  })

const list = (groups: PersistentSubscriptions): Handler =>
  unary((bytes, call) => {
    const wanted = understood(() => decodeListRequest(bytes))
    const found = wanted === 'every' ? groups.all() : groups.of(streamOf(wanted))
    if (!found) throw groupMissing({ stream: streamOf(wanted as GroupSource), group: '' })
    call.send(groupList(found.map(group => group.info())))
    call.end()
  })

const replayParked = (groups: PersistentSubscriptions): Handler =>
  unary(async (bytes, call) => {
    const request = understood(() => decodeReplayRequest(bytes))
    const group = foundGroup(groups, nameOf(request))
    const { stopAt } = request
    if (stopAt !== undefined && stopAt < 0n) throw invalid('The replay would stop before it began.')
    const end = stopAt === undefined ? Number.MAX_SAFE_INTEGER : Number(stopAt)
    await group.replayParked(end).catch(error => {
      throw writeFailed(error)
    })
    call.send(DONE)
    call.end()
  })

const restartSubsystem = (groups: PersistentSubscriptions): Handler =>
  unary((_, call) => {
    groups.load()
    call.send(DONE)
    call.end()
  })

/** The methods of persistent subscriptions, by path. */
export function persistentRoutes(
  store: Store,
  groups: PersistentSubscriptions,
): readonly (readonly [string, Handler])[] {
  const service = '/event_store.client.persistent_subscriptions.PersistentSubscriptions'
  return [
    [`${service}/Create`, create(store, groups)],
    [`${service}/Update`, update(store, groups)],
    [`${service}/Delete`, remove(groups)],
    [`${service}/Read`, readGroup(store, groups)],
    [`${service}/GetInfo`, getInfo(groups)],
    [`${service}/ReplayParked`, replayParked(groups)],
    [`${service}/List`, list(groups)],
    [`${service}/RestartSubsystem`, restartSubsystem(groups)],
  ]
}
