// Raw bytes through the gateway, held against what RFC 9112 makes of them: services see exactly the requests that were
// sent and accepted, and every answer goes to its asker.
// RUNS is a number of requests: RUNS=1000000 npx vitest run platform/gateway/fuzz.test.ts; SEED draws the same again.
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { startGateway } from '../gateway.ts'
import { testSize } from '../testing/test-size.ts'
import { isEarly, keyOf, startNodeService, startStrictService } from './testing/fuzz-services.ts'
import { type Random, randomFrom } from './testing/random.ts'
import { randomRequest, type Sent } from './testing/random-requests.ts'
import { type Answer, type Reading, readAnswers, readRequests } from './testing/reference-parser.ts'

const RUNS = testSize(20_000, 400_000)
const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31)
const CONNECTIONS_AT_ONCE = 48
/** A connection on which nothing more happens. */
const HANGS_AFTER_MS = 20_000

interface Conversation {
  readonly sent: readonly Sent[]
  readonly reading: Reading
  readonly answers: Answer[] | 'bad'
  readonly received: string
  readonly hung: boolean
}

/** Sends requests down one connection, in pieces cut anywhere, and takes down what comes back. */
function converse(port: number, random: Random, sent: readonly Sent[]): Promise<Conversation> {
  const bytes = sent.map(request => request.bytes).join('')
  const reading = readRequests(bytes)
  const methods = reading.messages.map(({ method }) => method)
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1').setEncoding('latin1')
    let received = ''
    let hung = false
    const hangs = setTimeout(() => {
      hung = true
      socket.destroy()
    }, HANGS_AFTER_MS)
    socket.on('error', () => {})
    socket.on('end', () => socket.end())
    socket.on('data', (part: string) => {
      received += part
      // Who has all answers that can come goes away; what is wrong is left to the gateway to end.
      if (reading.end === 'bad' || endsItself(reading)) return
      const answers = readAnswers(received, methods)
      if (answers === 'bad' || answers.length >= methods.length) socket.destroy()
    })
    socket.once('close', () => {
      clearTimeout(hangs)
      resolve({ sent, reading, answers: readAnswers(received, methods), received, hung })
    })
    const pieces = random.chance(0.5) ? [bytes] : cut(random, bytes)
    const write = () => {
      const piece = pieces.shift()
      if (piece === undefined || socket.destroyed) return
      socket.write(piece, 'latin1')
      setImmediate(write)
    }
    write()
    if (methods.length === 0 && reading.end === 'more')
      socket.once('connect', () => socket.destroy())
  })
}

const LAST = 'Connection: close'
const endsItself = ({ messages }: Reading) =>
  messages.at(-1)?.fields.some(([, value]) => value === 'close') === true

function cut(random: Random, bytes: string): string[] {
  const at = Array.from({ length: 1 + random.integer(6) }, () => random.integer(bytes.length))
  return [0, ...at.toSorted((a, b) => a - b)].map((from, n, all) => bytes.slice(from, all[n + 1]))
}

/** What is wrong with how the gateway took part; and what services must have seen of it. */
function judge({ sent, reading, answers, hung }: Conversation) {
  const faults: string[] = []
  const expected: string[] = []
  if (hung) faults.push('nothing more happened')
  if (answers === 'bad') return { expected, faults: ['what came back is no answer'] }
  // Connections that the client broke off itself have no last word.
  if (answers.length > reading.messages.length + 1) faults.push('more answers than requests')
  let soFar = true
  for (const [at, message] of reading.messages.entries()) {
    const answer = answers[at]
    soFar &&= sent[at]?.honest === true
    if (soFar && (answer === undefined || answer.status >= 400 !== isEarly(message.target)))
      faults.push(`${message.method} ${message.target}: not passed on, but ${answer?.status}`)
    const echoed = answer?.fields.find(([name]) => name === 'x-echo')?.[1]
    if (answer === undefined || echoed === undefined) continue
    const key = keyOf(message)
    expected.push(key)
    if (echoed !== key)
      faults.push(`${message.target}: the answer to ${Buffer.from(echoed, 'base64')}`)
    if (message.method !== 'HEAD' && answer.body !== key)
      faults.push(`${message.target}: ${answer.body}`)
  }
  const bad = answers.find(({ status }) => status >= 500)
  if (bad !== undefined) faults.push(`a fault of ours: ${JSON.stringify(bad)}`)
  return { expected, faults }
}

const sorted = (keys: readonly string[]) =>
  keys.map(key => Buffer.from(key, 'base64').toString('latin1')).toSorted()

const told = ({ sent, received }: Conversation) =>
  `${JSON.stringify(sent.map(({ bytes }) => bytes.slice(0, 2_000)))}\n->\n${received.slice(0, 4_000)}`

test(`${RUNS} requests, honest and hostile (SEED=${SEED})`, async () => {
  const random = randomFrom(SEED)
  const services = [await startNodeService(), await startStrictService()] as const
  const bounds = {
    maxInFlightPerAddress: 1_000,
    maxConnectionsPerAddress: 1_000,
    idleAtMostMs: 60_000,
    // What Node takes for the beginning of more is given up sooner than it would be.
    headersWithinMs: 8_000,
    lookAtBodiesEveryMs: 8_000,
  }
  const gateways = await Promise.all(
    services.map(({ url }) =>
      startGateway({
        ...{ host: '127.0.0.1', port: 0, log: () => {}, readSideUrl: url, writeSideUrl: url },
        ...bounds,
      }),
    ),
  )
  let [asked, passed, batch] = [0, 0, 0]
  try {
    while (asked < RUNS) {
      const which = batch++ % 2
      const conversations = await Promise.all(
        Array.from({ length: CONNECTIONS_AT_ONCE }, (_, n) => {
          const sent = Array.from({ length: 1 + random.integer(5) }, (_, at) =>
            randomRequest(random, `${batch}-${n}-${at}`),
          )
          if (random.chance(0.8))
            sent.push({
              bytes: `GET /${batch}-${n}-end HTTP/1.1\r\nHost: x\r\n${LAST}\r\n\r\n`,
              honest: true,
            })
          asked += sent.length
          return converse(gateways[which]?.port ?? 0, random, sent)
        }),
      )
      const expected: string[] = []
      for (const conversation of conversations) {
        const judged = judge(conversation)
        expect(judged.faults, told(conversation)).toEqual([])
        expected.push(...judged.expected)
      }
      passed += expected.length
      const { seen, faults } = services[which as 0 | 1].look()
      expect(faults).toEqual([])
      const wanted = sorted(expected)
      // Who answers early has seen requests that their senders then broke off.
      const whole = sorted(seen).filter(key => wanted.includes(key) || !key.includes(' /early/'))
      const odd = whole.find(key => !wanted.includes(key))
      const [id] = /\d+-\d+-/.exec(odd ?? '') ?? ['none']
      const about = conversations.find(({ sent }) => sent.some(({ bytes }) => bytes.includes(id)))
      expect(whole, about && told(about)).toEqual(wanted)
    }
  } finally {
    for (const gateway of gateways) await gateway.stop()
    for (const service of services) service.stop()
  }
  // Most of it is honest: a gateway that refuses all would pass the rest.
  expect(passed).toBeGreaterThan(RUNS / 3)
}, 600_000)
