// The Operations service: for those who look after the server.
import type { PersistentSubscriptions } from '../persistent-subscriptions/persistent-subscriptions.ts'
import {
  decodeNodePriority,
  decodeStopScavenge,
  ScavengeResult,
  scavengeAnswer,
} from '../protocol/operations.ts'
import { DONE } from '../protocol/persistent-info.ts'
import type { Scavenges } from '../scavenge/scavenges.ts'
import { type Handler, unary } from '../transport/grpc-server.ts'
import { GrpcError, Status } from '../transport/status.ts'
import { understood } from './understood.ts'

const SERVICE = '/event_store.client.operations.Operations'

/** What the operations act on. */
export interface Operated {
  readonly groups: PersistentSubscriptions
  readonly scavenges: Scavenges
  /** Stops the whole server. */
  readonly shutdown: () => void
}

/** The methods of the service, by path. */
export function operationsRoutes(
  node: { priority: number },
  { groups, scavenges, shutdown }: Operated,
): [string, Handler][] {
  const methods: Readonly<Record<string, Handler>> = {
    // Threads and chunks to begin with are of the real server's files: there are none here.
    StartScavenge: answering(() => {
      const { id, isNew } = scavenges.start()
      return scavengeAnswer(id, isNew ? ScavengeResult.started : ScavengeResult.inProgress)
    }),
    StopScavenge: answering(request => {
      const id = understood(() => decodeStopScavenge(request))
      if (!scavenges.stop(id)) throw noSuchScavenge()
      return scavengeAnswer(id, ScavengeResult.stopped)
    }),
    Shutdown: answering(() => {
      setImmediate(shutdown)
      return DONE
    }),
    // The indexes are always whole here.
    MergeIndexes: answering(() => DONE),
    // A lone node stays the leader.
    ResignNode: answering(() => DONE),
    SetNodePriority: answering(request => {
      node.priority = understood(() => decodeNodePriority(request))
      return DONE
    }),
    RestartPersistentSubscriptions: answering(() => {
      groups.load()
      return DONE
    }),
  }
  return Object.entries(methods).map(([method, handler]) => [`${SERVICE}/${method}`, handler])
}

const answering = (answer: (request: Buffer) => Buffer): Handler =>
  unary((request, call) => {
    call.send(answer(request))
    call.end()
  })

const noSuchScavenge = (): GrpcError =>
  new GrpcError(Status.NOT_FOUND, 'Scavenge id was invalid.', { exception: 'scavenge-not-found' })
