// What the HTTP pages say.

import { statistics } from '../monitoring/statistics.ts'
import type { LogWatch } from '../storage/log-watch.ts'
import type { Store } from '../store.ts'
import type { Pages } from '../transport/pages.ts'
import type { Node } from './routes.ts'
import { SERVER_VERSION } from './server-features.ts'

function member(store: Store, { instanceId, port, priority }: Node, address: string) {
  const position = store.log.lastPosition
  return {
    instanceId,
    timeStamp: new Date().toISOString(),
    state: 'Leader',
    isAlive: true,
    internalTcpIp: address,
    internalTcpPort: 0,
    internalSecureTcpPort: 0,
    externalTcpIp: address,
    externalTcpPort: 0,
    externalSecureTcpPort: 0,
    httpEndPointIp: address,
    httpEndPointPort: port(),
    lastCommitPosition: position,
    writerCheckpoint: position,
    chaserCheckpoint: position,
    epochPosition: 0,
    epochNumber: 0,
    epochId: instanceId,
    nodePriority: priority,
    isReadOnlyReplica: false,
    esVersion: SERVER_VERSION,
  }
}

/** The pages of this server. */
export function pagesOf(store: Store, node: Node, watch?: LogWatch): Pages {
  const figures = () => statistics(store, watch)
  return {
    '/ping': () => ({
      status: 200,
      json: { text: 'Ping request successfully handled', msgTypeId: 123, label: 'Http' },
    }),
    '/info': () => ({
      status: 200,
      json: {
        esVersion: SERVER_VERSION,
        state: 'leader',
        features: { projections: node.projecting, userManagement: node.secure, atomPub: false },
        authentication: { type: node.secure ? 'internal' : 'insecure', properties: [] },
      },
    }),
    '/health/live': () => ({ status: 204 }),
    // Ours: whether the log is as it was written, as far as that was looked at since the start.
    '/health/log': () => {
      const watched = watch?.watched
      const isDamaged = (watched?.faults.length ?? 0) > 0
      const status = isDamaged ? 'damaged' : watched?.done === false ? 'being verified' : 'sound'
      return { status: isDamaged ? 503 : 200, json: { status, ...watched } }
    },
    '/stats': () => ({ status: 200, json: figures() }),
    '/stats/proc': () => ({ status: 200, json: figures().proc }),
    '/stats/sys': () => ({ status: 200, json: figures().sys }),
    '/stats/es': () => ({ status: 200, json: figures().es }),
    '/gossip': request => {
      const address = request.socket.localAddress ?? '127.0.0.1'
      return {
        status: 200,
        json: {
          members: [member(store, node, address)],
          serverIp: address,
          serverPort: node.port(),
        },
      }
    },
  }
}
