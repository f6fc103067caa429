// Asks the process of this container whether it is ready: exit code 0 when it is, 1 when it is not.
import { say } from './processes/terminal.ts'

const WITHIN_MS = 3_000

const url = `http://127.0.0.1:${process.env.HEALTH_PORT}/health/ready`
try {
  const answer = await fetch(url, { signal: AbortSignal.timeout(WITHIN_MS) })
  say(await answer.text())
  process.exitCode = answer.ok ? 0 : 1
} catch (error) {
  say(`${url}: ${error}`)
  process.exitCode = 1
}
