// What every measure is given.
import type { LoadGenerator } from '../load/load-generator.ts'
import type { Options } from '../options.ts'
import type { Stage } from '../stage/stage.ts'

export interface MeasureContext {
  readonly options: Options
  readonly stage: Stage
  readonly load: LoadGenerator
  /** Tells whoever waits how it goes; nothing of it is a result. */
  readonly progress: (line: string) => void
}
