// Ends a child process when its parent dies without a word (kill -9), so that no orphan is left.
import { type ChildProcess, spawn } from 'node:child_process'

/*
 * Nobody is left to wait for what it finishes, and the next start wants its port and its files: SIGKILL comes soon. What
 * was acknowledged is on disk. A shell of about a megabyte waits on a pipe that only the parent holds open: the system closes it
 * however the parent ends. Then the child gets the signal, some time, and at last SIGKILL. The
 * watcher has a session of its own, or a Ctrl-C meant for the parent would end it first.
 */
const WATCHER = `
read -r _
if kill "-$2" "$1" 2>/dev/null; then
  n=0
  while kill -0 "$1" 2>/dev/null && [ "$n" -lt 15 ]; do sleep 0.1; n=$((n + 1)); done
  kill -KILL "$1" 2>/dev/null
fi
[ -z "$3" ] || rm -rf -- "$3"
`

export interface EndWithParent {
  /** What the child understands as a request to stop. */
  readonly signal: 'INT' | 'TERM'
  /** A folder to remove after the child has ended, if the parent died without doing so. */
  readonly removeFolder?: string
}

/**
 * Watches over `child` until it exits. On Windows, which has no such shell, it does nothing: there an
 * orphan is found at the next start.
 */
export function endWithParent(child: ChildProcess, options: EndWithParent): void {
  if (process.platform === 'win32' || child.pid === undefined) return
  const watcher = spawn(
    '/bin/sh',
    ['-c', WATCHER, 'watcher', String(child.pid), options.signal, options.removeFolder ?? ''],
    { detached: true, stdio: ['pipe', 'ignore', 'ignore'], cwd: '/' },
  )
  watcher.unref()
  // Without a watcher the child merely lives on if we are killed: no reason to fail.
  watcher.on('error', () => {})
  const pipe = watcher.stdin as typeof watcher.stdin & { unref?: () => void }
  pipe?.on('error', () => {})
  pipe?.unref?.()
  child.once('exit', () => watcher.kill('SIGKILL'))
}
