import { EventEmitter, once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createLogger } from '../logging/logger.ts'
import { type RunningProcess, runProcess } from './run-process.ts'

/** A host that records exits and passes signals on, and a logger whose entries can be read. */
function setting() {
  const signals = new EventEmitter()
  const exits = new EventEmitter()
  const exitCodes: unknown[] = []
  const entries: Record<string, unknown>[] = []
  const host = {
    on: signals.on.bind(signals) as NodeJS.Process['on'],
    exit: ((code: number) => {
      exitCodes.push(code)
      exits.emit('exit')
    }) as NodeJS.Process['exit'],
  }
  const logger = createLogger({
    name: 'test',
    destination: { write: line => void entries.push(JSON.parse(line)) },
  })
  return { signals, host, logger, exitCodes, entries, exit: () => once(exits, 'exit') }
}

function process(stop: () => Promise<void> = async () => {}): RunningProcess {
  return { port: 4711, stop }
}

describe('runProcess', () => {
  it('says where it listens', async () => {
    const { host, logger, entries, exitCodes } = setting()
    await runProcess({ host, logger, start: async () => process() })
    expect(entries).toMatchObject([{ msg: 'listening', port: 4711 }])
    expect(exitCodes).toEqual([])
  })

  it.each(['SIGTERM', 'SIGINT'])('stops cleanly on %s', async signal => {
    const { host, logger, signals, exit, entries, exitCodes } = setting()
    let stopped = 0
    await runProcess({ host, logger, start: async () => process(async () => void stopped++) })
    const ended = exit()
    signals.emit(signal, signal)
    await ended
    expect(stopped).toBe(1)
    expect(exitCodes).toEqual([0])
    expect(entries.map(({ msg }) => msg)).toEqual(['listening', 'stopping', 'stopped'])
  })

  it('stops as soon as it has started when the signal came before', async () => {
    const { host, logger, signals, entries, exitCodes } = setting()
    await runProcess({
      host,
      logger,
      start: async () => {
        signals.emit('SIGTERM', 'SIGTERM')
        return process()
      },
    })
    expect(exitCodes).toEqual([0])
    expect(entries.map(({ msg }) => msg)).toEqual(['stopping', 'stopped'])
  })

  it('gives up on a stop that hangs', async () => {
    const { host, logger, signals, exit, entries, exitCodes } = setting()
    const hangs = () => new Promise<void>(() => {})
    await runProcess({ host, logger, stopWithinSeconds: 0.01, start: async () => process(hangs) })
    const ended = exit()
    signals.emit('SIGTERM', 'SIGTERM')
    await ended
    expect(exitCodes).toEqual([1])
    expect(entries.at(-1)).toMatchObject({ level: 'fatal', msg: 'stop took too long' })
  })

  it('ends at once on a second signal', async () => {
    const { host, logger, signals, exitCodes } = setting()
    await runProcess({ host, logger, start: async () => process(() => new Promise(() => {})) })
    signals.emit('SIGTERM', 'SIGTERM')
    expect(exitCodes).toEqual([])
    signals.emit('SIGTERM', 'SIGTERM')
    expect(exitCodes).toEqual([1])
  })

  it('exits with 1 when it can not start', async () => {
    const { host, logger, entries, exitCodes } = setting()
    await runProcess({
      host,
      logger,
      start: () => Promise.reject(new Error('port taken')),
    })
    expect(exitCodes).toEqual([1])
    expect(entries).toMatchObject([
      { level: 'fatal', msg: 'start failed', err: { message: 'port taken' } },
    ])
  })

  it.each(['uncaughtException', 'unhandledRejection'])(
    'logs an %s and exits with 1',
    async event => {
      const { host, logger, signals, entries, exitCodes } = setting()
      await runProcess({ host, logger, start: async () => process() })
      signals.emit(event, new Error('boom'))
      expect(exitCodes).toEqual([1])
      expect(entries.at(-1)).toMatchObject({ level: 'fatal', err: { message: 'boom' } })
    },
  )
})
