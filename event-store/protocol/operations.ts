// The messages of the Operations and Monitoring services, by hand.
import { frame } from './read-response.ts'
import { bytesField, EMPTY, message, varintField, WireReader } from './wire.ts'

/** What scavenges answer. */
export const ScavengeResult = { started: 0, inProgress: 1, stopped: 2 } as const
export type ScavengeResult = (typeof ScavengeResult)[keyof typeof ScavengeResult]

/** `ScavengeResp`. */
export const scavengeAnswer = (id: string, result: ScavengeResult): Buffer =>
  frame(message(bytesField(1, id), result === 0 ? EMPTY : varintField(2, result)))

/** `StatsResp`. */
export const statsAnswer = (stats: Iterable<readonly [string, string]>): Buffer =>
  frame(
    message(
      ...Array.from(stats, ([k, v]) => bytesField(1, message(bytesField(1, k), bytesField(2, v)))),
    ),
  )

/** The id in a `StopScavengeReq`; empty where it names none. */
export function decodeStopScavenge(bytes: Buffer): string {
  const request = new WireReader(bytes)
  let id = ''
  while (!request.done) {
    const tag = request.tag()
    if (tag === 0x0a) id = scavengeId(request.bytes())
    else request.skip(tag)
  }
  return id
}

function scavengeId(bytes: Buffer): string {
  const options = new WireReader(bytes)
  let id = ''
  while (!options.done) {
    const tag = options.tag()
    if (tag === 0x0a) id = options.bytes().toString('utf8')
    else options.skip(tag)
  }
  return id
}

/** The priority in a `SetNodePriorityReq`: 32 bits with a sign. */
export function decodeNodePriority(bytes: Buffer): number {
  const request = new WireReader(bytes)
  let priority = 0
  while (!request.done) {
    const tag = request.tag()
    if (tag === 0x08) priority = Number(BigInt.asIntN(32, request.uint64()))
    else request.skip(tag)
  }
  return priority
}

/** How often a `StatsReq` wants to hear, in milliseconds; 0 where it does not say. */
export function decodeStatsPeriod(bytes: Buffer): number {
  const request = new WireReader(bytes)
  let period = 0
  while (!request.done) {
    const tag = request.tag()
    if (tag === 0x20) period = request.number()
    else request.skip(tag)
  }
  return period
}
