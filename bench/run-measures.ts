// Which measure follows which: some stand on what an earlier one has built.
import { measureCatchUp } from './measures/catch-up.ts'
import { measureCommands } from './measures/commands.ts'
import { openLiveStage } from './measures/live-stage.ts'
import type { MeasureContext } from './measures/measure.ts'
import { measureQueries } from './measures/queries.ts'
import { measureVisibility } from './measures/visibility.ts'
import type { Row } from './report.ts'

/** Takes the measures that were asked for, one at a time, so that none disturbs another. */
export async function runMeasures(context: MeasureContext): Promise<Row[]> {
  const wanted = new Set(context.options.measures)
  const rows: Row[] = []
  if (wanted.has('catch-up') || wanted.has('queries')) {
    const { rows: found, filled } = await measureCatchUp(context)
    if (wanted.has('catch-up')) rows.push(...found)
    if (wanted.has('queries')) rows.push(...(await measureQueries(context, filled)))
  }
  if (wanted.has('visibility') || wanted.has('commands')) {
    const live = await openLiveStage(context)
    if (wanted.has('visibility')) rows.push(...(await measureVisibility(context, live)))
    // Projecting the posts costs all contestants' posts alike, but only ours are projected.
    await live.projections.stop()
    if (wanted.has('commands')) rows.push(...(await measureCommands(context, live)))
  }
  return rows
}
