// Frames come out as they went in, however calls share the blocks.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Outbox } from './outbox.ts'

test('each call gets its own frames in order, whoever sent in between', () => {
  const frame = fc
    .record({ call: fc.nat(2), length: fc.oneof(fc.nat(300), fc.nat(40_000)), byte: fc.nat(255) })
    .map(({ call, length, byte }) => ({ call, bytes: Buffer.alloc(length, byte) }))
  fc.assert(
    fc.property(fc.array(fc.oneof(frame, fc.nat(2))), steps => {
      const calls = Array.from({ length: 3 }, () => ({
        outbox: new Outbox(),
        sent: [] as Buffer[],
        got: [] as Buffer[],
      }))
      const take = ({ outbox, got }: (typeof calls)[number]) => got.push(outbox.take())
      for (const step of steps) {
        if (typeof step === 'number') take(calls[step] as (typeof calls)[number])
        else {
          const { outbox, sent } = calls[step.call] as (typeof calls)[number]
          sent.push(Buffer.from(step.bytes))
          outbox.add(step.bytes)
          step.bytes.fill(0xee)
        }
      }
      for (const call of calls) {
        const left = call.outbox.bytes
        const before = Buffer.concat(call.got).length
        take(call)
        expect(Buffer.concat(call.got).length - before).toBe(left)
        expect(Buffer.concat(call.got).equals(Buffer.concat(call.sent))).toBe(true)
      }
    }),
  )
})

test('a call that has sent all it had keeps nothing alive of what others sent since', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const kept = (): number => {
    collect()
    return process.memoryUsage().arrayBuffers
  }
  const busy = new Outbox()
  const before = kept()
  const idle = Array.from({ length: 500 }, () => {
    const outbox = new Outbox()
    outbox.add(Buffer.alloc(100))
    outbox.take()
    for (let i = 0; i < 10; i++) busy.add(Buffer.alloc(10_000))
    busy.take()
    return outbox
  })
  // What was collected is given back a moment later.
  await expect.poll(() => (kept() - before) / idle.length, { timeout: 20_000 }).toBeLessThan(1000)
})
