// What operators should know at once: faults in the files, a disk that is full, and the server's own mistakes.

/** Something that was found out, for whoever looks after the server. */
export type Finding =
  /** Bytes of the log that are not what was written. */
  | {
      readonly kind: 'damage'
      readonly file: string
      readonly position: number
      readonly words: string
    }
  /** The log was looked at from its beginning to its end. */
  | { readonly kind: 'verified'; readonly events: number; readonly faults: number }
  /** There is no room in a folder any more: writes are refused. */
  | { readonly kind: 'full'; readonly dir: string }
  /** There is room again. */
  | { readonly kind: 'room'; readonly dir: string }
  /** Nothing can be written until a restart. */
  | { readonly kind: 'broken'; readonly words: string }
  /** Something in the server threw where nothing should; nobody else was harmed. */
  | { readonly kind: 'astonished'; readonly error: unknown }

export type Report = (finding: Finding) => void

/** A finding as a line of a JSON log. */
export function logLine(finding: Finding): string {
  return JSON.stringify({ time: new Date().toISOString(), ...fieldsOf(finding) })
}

function fieldsOf(finding: Finding): Record<string, unknown> {
  switch (finding.kind) {
    case 'damage': {
      const { file, position, words } = finding
      return { level: 'error', msg: `The event log is damaged: ${words}`, file, position }
    }
    case 'verified': {
      const { events, faults } = finding
      const verdict = faults === 0 ? 'as it was written' : `damaged in ${faults} places`
      return { level: faults === 0 ? 'info' : 'error', msg: `The event log is ${verdict}.`, events }
    }
    case 'full': {
      const { dir } = finding
      const msg = `The disk is full: writes are refused until there is room in ${dir}.`
      return { level: 'error', msg, dir }
    }
    case 'room':
      return { level: 'info', msg: `There is room in ${finding.dir} again.`, dir: finding.dir }
    case 'broken':
      return { level: 'error', msg: finding.words }
    case 'astonished': {
      const { error } = finding
      const words = error instanceof Error ? (error.stack ?? error.message) : String(error)
      return { level: 'error', msg: 'The event store met an error of its own.', err: words }
    }
  }
}
