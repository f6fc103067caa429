// What people read on the terminal goes through here: whole lines, in which nothing controls the terminal.
import { printable } from '@cryptotalks/shared-kernel/logging/control-characters'

/** One line on standard output. */
export function say(line: string): void {
  process.stdout.write(`${printable(line)}\n`)
}

/** Why something does not go on, on standard error; each string one line. */
export function complain(...lines: readonly string[]): void {
  for (const line of lines) process.stderr.write(`${printable(line)}\n`)
}
