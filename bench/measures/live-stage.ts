// A write side on a fresh log, with somebody signed in, as measures of commands need it.
import type { StartedProcess } from '../stage/process.ts'
import type { StoresOfStage } from '../stage/stage.ts'
import { signedInVisitor, type Visitor } from '../stage/visitor.ts'
import type { MeasureContext } from './measure.ts'

export interface LiveStage extends StoresOfStage {
  readonly writeSide: StartedProcess
  readonly projections: StartedProcess
  readonly visitor: Visitor
}

const readinessProbes = 50

/** Starts it with its projections. The visitor's session is known to the write side when this resolves. */
export async function openLiveStage({ stage }: MeasureContext): Promise<LiveStage> {
  const eventStore = await stage.startEventStore('live')
  const on = {
    eventStoreUrl: eventStore.connectionString,
    databaseUrl: await stage.createDatabase('live'),
    keyringUrl: await stage.createDatabase('live_keys'),
  }
  const projections = await stage.start('live-projections', 'projections/dist/main.js', on)
  const writeSide = await stage.start('write-side', 'write-side/dist/main.js', on)
  await ready(writeSide.url)
  await ready(projections.url)
  const visitor = await signedInVisitor(writeSide.url, 'bencher')
  return { ...on, writeSide, projections, visitor }
}

async function ready(url: string): Promise<void> {
  let words = ''
  for (let attempt = 0; attempt < readinessProbes; attempt++) {
    const answer = await fetch(`${url}/health/ready`)
    words = await answer.text()
    if (answer.ok) return
    await new Promise(resolve => setTimeout(resolve, 200))
  }
  throw new Error(`${url} does not get ready: ${words}`)
}
