// Gossip.Read: a cluster of one, its leader.
import { frame } from '../protocol/read-response.ts'
import { encodeStructured } from '../protocol/uuid.ts'
import { bytesField, message, varintField } from '../protocol/wire.ts'
import type { Call } from '../transport/call.ts'
import { type Handler, unary } from '../transport/grpc-server.ts'

const LEADER = 8
const TICKS_PER_MS = 10_000n

/** Where the client reached the server: the one address that is sure to be one it can dial. */
function dialled(call: Call, port: number): { address: string; port: number } {
  const authority = /^\[?([^\]]+?)\]?(?::(\d+))?$/.exec(String(call.headers[':authority'] ?? ''))
  return { address: authority?.[1] ?? '127.0.0.1', port: Number(authority?.[2] ?? port) }
}

/** Serves `Gossip.Read`. */
export const gossip = (node: {
  readonly instanceId: string
  readonly port: () => number
}): Handler =>
  unary((_, call) => {
    // Two longs, as the real server sends it, and not text.
    const instanceId = encodeStructured(Buffer.from(node.instanceId, 'latin1'))
    const { address, port } = dialled(call, node.port())
    const member = message(
      bytesField(1, bytesField(1, instanceId)),
      varintField(2, BigInt(Date.now()) * TICKS_PER_MS),
      varintField(3, LEADER),
      varintField(4, 1),
      bytesField(5, message(bytesField(1, address), varintField(2, port))),
    )
    call.send(frame(bytesField(1, member)))
    call.end()
  })
