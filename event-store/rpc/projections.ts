// The Projections service: the server's own projections, enabled, stopped, asked after; those of users are not offered.

import type { ProjectionEngine } from '../projections/engine.ts'
import type { Projector } from '../projections/projector.ts'
import { SYSTEM_PROJECTIONS } from '../projections/system-projections.ts'
import { invalid } from '../protocol/errors.ts'
import {
  DONE,
  decodeProjectionRequest,
  decodeStatisticsRequest,
  EMPTY_STATE,
  type ProjectionDetails,
  type ProjectionRequest,
  projectionStatistics,
} from '../protocol/projections.ts'
import type { Call } from '../transport/call.ts'
import { type Handler, unary } from '../transport/grpc-server.ts'
import { GrpcError, Status } from '../transport/status.ts'
import { writeFailed } from './streams-append.ts'
import { understood } from './understood.ts'

const SERVICE = '/event_store.client.projections.Projections'

/** The methods of the service, by path. */
export function projectionRoutes(engine: ProjectionEngine): [string, Handler][] {
  const methods: Readonly<Record<string, Handler>> = {
    Create: create,
    Update: onProjection(engine, async (projector, { query }) => {
      if (!projector.definition.with(query)) throw badQuery(projector)
      await engine.update(projector, query)
    }),
    Delete: onProjection(engine, async () => {
      throw new GrpcError(
        Status.FAILED_PRECONDITION,
        "The server's own projections can't be deleted.",
      )
    }),
    Statistics: statistics(engine),
    Disable: onProjection(engine, (projector, { writeCheckpoint }) =>
      engine.disable(projector, writeCheckpoint ? 'stop' : 'abort'),
    ),
    Enable: onProjection(engine, projector => engine.enable(projector)),
    Reset: onProjection(engine, projector => engine.reset(projector)),
    State: onProjection(engine, nothing, EMPTY_STATE),
    Result: onProjection(engine, nothing, EMPTY_STATE),
    RestartSubsystem: unary((_, call) => {
      engine.restart()
      answer(call, DONE)
    }),
  }
  return Object.entries(methods).map(([method, handler]) => [`${SERVICE}/${method}`, handler])
}

function answer(call: Call, frame: Buffer): void {
  call.send(frame)
  call.end()
}

const create: Handler = unary(() => {
  throw new GrpcError(
    Status.UNIMPLEMENTED,
    `Method is unimplemented: ${SERVICE}/Create. User-defined projections in JavaScript are not offered; the server's own are there: ${SYSTEM_PROJECTIONS.map(({ name }) => name).join(', ')}.`,
  )
})

const noOptions = () => invalid('The request has no options.')

const badQuery = ({ definition: { name, queryForm } }: Projector) =>
  invalid(`The query of ${name} can't be read: ${queryForm}.`)

function find(engine: ProjectionEngine, name: string): Projector {
  const projector = engine.projectors.find(({ definition }) => definition.name === name)
  if (!projector) throw new GrpcError(Status.NOT_FOUND, `Projection '${name}' not found`)
  return projector
}

const nothing = async (): Promise<void> => {}

/** A method that names a projection, does something with it and answers the same each time. */
const onProjection = (
  engine: ProjectionEngine,
  act: (projector: Projector, request: ProjectionRequest) => Promise<void>,
  done: Buffer = DONE,
): Handler =>
  unary(async (bytes, call) => {
    const request = understood(() => decodeProjectionRequest(bytes))
    if (!request) throw noOptions()
    const projector = find(engine, request.name)
    try {
      await act(projector, request)
    } catch (error) {
      throw error instanceof GrpcError ? error : writeFailed(error)
    }
    answer(call, done)
  })

const statistics = (engine: ProjectionEngine): Handler =>
  unary((bytes, call) => {
    const request = understood(() => decodeStatisticsRequest(bytes))
    if (!request) throw noOptions()
    for (const projector of asked(engine, request)) {
      call.send(projectionStatistics(details(engine, projector)))
    }
    call.end()
  })

/** All of the server's own run for ever: of the other modes there are none. */
function asked(
  engine: ProjectionEngine,
  request: NonNullable<ReturnType<typeof decodeStatisticsRequest>>,
): readonly Projector[] {
  if ('name' in request) return [find(engine, request.name)]
  return request.mode === 'all' || request.mode === 'continuous' ? engine.projectors : []
}

const positionText = (position: number): string =>
  position === 0 ? 'C:0/P:-1' : `C:${position}/P:${position}`

function details(engine: ProjectionEngine, projector: Projector): ProjectionDetails {
  const { state, checkpoint, eventsProcessed, fault, hindrance, definition } = projector
  const { position, version, epoch } = state
  return {
    name: definition.name,
    status: statusOf(projector),
    reason: fault || hindrance,
    version,
    epoch,
    position: positionText(position),
    lastCheckpoint: positionText(checkpoint),
    progress: engine.progress(projector),
    eventsProcessed,
  }
}

function statusOf({ state, fault, aborted }: Projector): string {
  if (fault) return state.enabled ? 'Faulted (Enabled)' : 'Faulted'
  if (state.enabled) return 'Running'
  return aborted ? 'Aborted/Stopped' : 'Stopped'
}
