// ServerFeatures: the version and the methods that clients decide by.
import { frame } from '../protocol/read-response.ts'
import { bytesField, message } from '../protocol/wire.ts'
import { type Handler, unary } from '../transport/grpc-server.ts'

/** The server whose protocol is spoken; clients of 25.1 and later servers use another one for appends. */
export const SERVER_VERSION = '24.10.4'

const FEATURES: Readonly<Record<string, readonly string[]>> = {
  'event_store.client.streams.streams/read': ['position', 'events'],
  'event_store.client.streams.streams/batchappend': ['deadline_duration'],
  'event_store.client.projections.projections/create': ['track_emitted_streams'],
}

/** Every method of persistent subscriptions does for streams and for the whole log. */
const GROUPS = 'event_store.client.persistent_subscriptions.'
const featuresOf = (name: string): readonly string[] =>
  FEATURES[name] ?? (name.startsWith(GROUPS) ? ['stream', 'all'] : [])

/** Serves `GetSupportedMethods`, given the paths that are served. */
export function supportedMethods(paths: Iterable<string>): Handler {
  const methods = [...paths].map(path => {
    const name = path.slice(1).toLowerCase()
    const [service, method] = name.split('/') as [string, string]
    const features = featuresOf(name).map(feature => bytesField(3, feature))
    return bytesField(1, message(bytesField(1, method), bytesField(2, service), ...features))
  })
  const answer = frame(message(...methods, bytesField(2, SERVER_VERSION)))
  return unary((_, call) => {
    call.send(answer)
    call.end()
  })
}
