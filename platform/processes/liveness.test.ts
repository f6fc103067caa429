// When a silent process counts as hung, on a clock of its own.

import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { freePort } from './free-port.ts'
import { hangs } from './liveness.ts'
import { HTTP_GREETING, reacts } from './reaction.ts'

/** Watches a process that reacts, or not, as the list says; each question takes that many milliseconds. */
async function watched(answers: readonly boolean[], took: (question: number) => number = () => 10) {
  const over = new AbortController()
  let question = 0
  let at = 0
  const hung = await hangs({
    silentMs: 30,
    signal: over.signal,
    now: () => at,
    reacts: async () => {
      at += took(question)
      const answer = answers[question++]
      if (answer === undefined) over.abort()
      return answer ?? true
    },
  })
  return { hung, questions: question }
}

describe('a process', () => {
  test('hangs after three silences in a row', async () => {
    expect(await watched([true, false, false, false])).toEqual({ hung: true, questions: 4 })
  })

  test('does not hang while it answers now and then', async () => {
    expect(await watched([true, false, false, true, false, false, true])).toMatchObject({
      hung: false,
    })
  })

  test('does not hang before its first answer, for it may be opening a large store', async () => {
    expect(await watched([false, false, false, false, false])).toMatchObject({ hung: false })
  })

  test('does not hang when it is the machine that slept or is overloaded', async () => {
    const late = await watched([true, false, false, false, false, false], () => 60_000)
    expect(late).toMatchObject({ hung: false })
  })
})

describe('a server', () => {
  let server: Server | undefined
  afterEach(() => server?.close())

  async function listening(onConnection: Parameters<typeof createServer>[1]): Promise<number> {
    server = createServer(onConnection)
    await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve))
    return (server.address() as AddressInfo).port
  }

  test.each([
    ['answers', 'HTTP/1.1 200 OK\r\n\r\n'],
    ['refuses', ''],
  ])('that %s reacts', async (_, answer) => {
    const port = await listening(socket => socket.on('error', () => {}).end(answer))
    expect(await reacts(port, HTTP_GREETING, 5_000)).toBe(true)
  })

  test('that is not there is no hanging one: its process is dealt with otherwise', async () => {
    expect(await reacts(await freePort(), HTTP_GREETING, 5_000)).toBe(true)
  })

  test('that takes the connection and says nothing does not react', async () => {
    const port = await listening(socket => socket.on('error', () => {}))
    expect(await reacts(port, HTTP_GREETING, 50)).toBe(false)
  })
})
