import { describe, expect, it } from 'vitest'
import { createLogEnd } from './log-end.ts'

/** A log whose end a test moves, on a clock that it winds. */
function setting() {
  const log = { end: 100n, asked: 0, away: false, milliseconds: 0 }
  const logEnd = createLogEnd(
    async () => {
      log.asked += 1
      if (log.away) throw new Error('The event store is away')
      return log.end
    },
    () => log.milliseconds,
  )
  return { log, logEnd }
}

describe("the log's end", () => {
  it('lies before what is beyond it, and not before what is in the log', async () => {
    const { logEnd } = setting()
    expect(await logEnd.isBefore(101n)).toBe(true)
    expect(await logEnd.isBefore(100n)).toBe(false)
    expect(await logEnd.isBefore(9_223_372_036_854_775_807n)).toBe(true)
  })

  it('is asked for anew by whoever asks for more than was known', async () => {
    const { log, logEnd } = setting()
    await logEnd.isBefore(100n)
    log.end = 200n
    expect(await logEnd.isBefore(200n)).toBe(false)
    expect(await logEnd.isBefore(150n)).toBe(false)
    expect(log.asked).toBe(2)
  })

  it('is asked for once by all who come while it is being asked, and never earlier than they came', async () => {
    const { log, logEnd } = setting()
    const first = logEnd.isBefore(150n)
    while (log.asked === 0) await Promise.resolve()
    log.end = 200n
    const others = [logEnd.isBefore(200n), logEnd.isBefore(200n), logEnd.isBefore(200n)]
    expect(await Promise.all([first, ...others])).toEqual([true, false, false, false])
    expect(log.asked).toBe(2)
  })

  it('may move back, when the log was replaced by an older one', async () => {
    const { log, logEnd } = setting()
    await logEnd.isBefore(100n)
    log.end = 50n
    log.milliseconds += 1_000
    expect(await logEnd.isBefore(90n)).toBe(true)
  })

  it('is not known while the event store does not tell', async () => {
    const { log, logEnd } = setting()
    log.away = true
    expect(await logEnd.isBefore(1n)).toBeUndefined()
    log.away = false
    expect(await logEnd.isBefore(1n)).toBe(false)
  })
})
