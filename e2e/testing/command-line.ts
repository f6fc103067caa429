// `npm start` as somebody at a terminal sees it: lines on the screen, Ctrl-C, an exit code.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { endWithParent } from '@cryptotalks/platform/processes/end-with-parent'
import { REPOSITORY } from '@cryptotalks/platform/repository'
import { until } from './until.ts'

export interface CommandLine {
  readonly child: ChildProcess
  /** All it has printed so far. */
  readonly screen: () => string
  /** Resolves with what the pattern found on the screen; rejects when it ends without. */
  shows(pattern: RegExp): Promise<RegExpExecArray>
  /** Resolves with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>
  signal(name: NodeJS.Signals): void
}

/** Runs the start command on a data folder. */
export function startCommand(env: Readonly<Record<string, string>>): CommandLine {
  const child = spawn(process.execPath, [join(REPOSITORY, 'platform', 'dist', 'main.js')], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  endWithParent(child, { signal: 'TERM' })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', chunk => {
      text += chunk
    })
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal)
  let over = false
  void ended.then(() => {
    over = true
  })
  return {
    child,
    screen: () => text,
    shows: async pattern => {
      const found = await until(
        `the screen shows ${pattern}`,
        async () => pattern.exec(text) ?? (over ? 'over' : undefined),
        120,
      )
      if (found === 'over') throw new Error(`It ended without showing ${pattern}:\n${text}`)
      return found
    },
    ended,
    signal: name => child.kill(name),
  }
}
