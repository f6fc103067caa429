// All that is served by gRPC, by path.
import type { Users } from '../access/users.ts'
import type { PersistentSubscriptions } from '../persistent-subscriptions/persistent-subscriptions.ts'
import type { ProjectionEngine } from '../projections/engine.ts'
import type { Scavenges } from '../scavenge/scavenges.ts'
import type { Store } from '../store.ts'
import type { Handler, Routes } from '../transport/grpc-server.ts'
import { gossip } from './gossip.ts'
import { monitoringRoutes } from './monitoring.ts'
import { operationsRoutes } from './operations.ts'
import { persistentRoutes } from './persistent-commands.ts'
import { projectionRoutes } from './projections.ts'
import { supportedMethods } from './server-features.ts'
import { append, softDelete, tombstone } from './streams-append.ts'
import { batchAppend } from './streams-batch-append.ts'
import { read } from './streams-read.ts'
import { usersRoutes } from './users.ts'

/** Who the server is to its clients. */
export interface Node {
  readonly instanceId: string
  /** The port, once it is open. */
  readonly port: () => number
  /** How much it would rather be the leader than others, if there were others. */
  priority: number
  /** Whether it asks for credentials. */
  readonly secure: boolean
  /** Whether it has projections. */
  readonly projecting: boolean
}

/** What runs beside the streams. */
export interface Subsystems {
  /** Undefined where they are switched off. */
  readonly projections: ProjectionEngine | undefined
  readonly groups: PersistentSubscriptions
  readonly users: Users
  readonly scavenges: Scavenges
  /** Stops the whole server. */
  readonly shutdown: () => void
}

/** Every method that works; any other is answered UNIMPLEMENTED with its name. */
export function routesOf(store: Store, node: Node, subsystems: Subsystems): Routes {
  const { projections, groups, users } = subsystems
  const streams = '/event_store.client.streams.Streams'
  const routes = new Map<string, Handler>([
    [`${streams}/Read`, read(store)],
    [`${streams}/Append`, append(store)],
    [`${streams}/BatchAppend`, batchAppend(store)],
    [`${streams}/Delete`, softDelete(store)],
    [`${streams}/Tombstone`, tombstone(store)],
    ['/event_store.client.gossip.Gossip/Read', gossip(node)],
    ...usersRoutes(users),
    ...(projections ? projectionRoutes(projections) : []),
    ...persistentRoutes(store, groups),
    ...operationsRoutes(node, subsystems),
    ...monitoringRoutes(store),
  ])
  const features = '/event_store.client.server_features.ServerFeatures/GetSupportedMethods'
  return routes.set(features, supportedMethods([...routes.keys(), features]))
}
