// PersistentSubscriptions.Read: a consumer of a group, its events and its answers, over one call.
import type { Consumer, Subscriber } from '../persistent-subscriptions/consumer.ts'
import type { Group } from '../persistent-subscriptions/group.ts'
import type { PersistentSubscriptions } from '../persistent-subscriptions/persistent-subscriptions.ts'
import { invalid } from '../protocol/errors.ts'
import { consumerDropped, type GroupName, tooManyConsumers } from '../protocol/persistent-errors.ts'
import {
  type ConsumerMessage,
  type ConsumerOptions,
  decodeConsumerMessage,
  delivered,
  groupConfirmation,
} from '../protocol/persistent-read.ts'
import type { IdForm } from '../protocol/read-response.ts'
import type { Store } from '../store.ts'
import type { Call } from '../transport/call.ts'
import type { Handler } from '../transport/grpc-server.ts'
import { foundGroup, nameOf } from './persistent-groups.ts'
import { understood } from './understood.ts'

/** The name of a connection that says none. */
const UNNAMED = '<unknown>'

/** Serves `PersistentSubscriptions.Read`: options first, then acks and nacks for as long as the call lasts. */
export const readGroup =
  ({ access }: Store, groups: PersistentSubscriptions): Handler =>
  call => {
    const connectTo = (options: ConsumerOptions): Connection => {
      access.demand(call.principal, 'read', nameOf(options).stream)
      return connect(groups, call, options)
    }
    let connection: Connection | undefined
    call.listen({
      onMessage(bytes) {
        const message = understood(() => decodeConsumerMessage(bytes))
        if (!connection) connection = connectTo(optionsIn(message))
        else if (message) answer(connection, message)
      },
      // A consumer that only listens from now on goes on being served.
      onHalfClose() {
        if (!connection) throw invalid('The options are missing.')
      },
    })
  }

/** A call and the consumer of a group that it stands for. */
interface Connection {
  readonly group: Group
  readonly consumer: Consumer
}

function optionsIn(message: ConsumerMessage | undefined): ConsumerOptions {
  if (message?.kind !== 'options') throw invalid('The options must come first.')
  return message.options
}

function connect(
  groups: PersistentSubscriptions,
  call: Call,
  options: ConsumerOptions,
): Connection {
  const name = nameOf(options)
  if (name.group === '') throw invalid('The name of the group is empty.')
  if (!options.ids) throw invalid('The request does not say which form of event ids it wants.')
  const group = foundGroup(groups, name)
  const consumer = group.connect(subscriberOf(call, name, options.bufferSize, options.ids))
  if (consumer === 'too-many') throw tooManyConsumers(name)
  call.onClose(() => group.disconnect(consumer))
  return { group, consumer }
}

function answer({ group, consumer }: Connection, message: ConsumerMessage): void {
  if (message.kind === 'options') throw invalid('The options were sent twice.')
  const { ids } = message
  if (message.kind === 'ack') group.acknowledge(consumer, ids)
  else group.reject(consumer, ids, message.action, message.reason)
}

function subscriberOf(call: Call, name: GroupName, bufferSize: number, ids: IdForm): Subscriber {
  return {
    username: call.principal.name,
    connectionName: String(call.headers['connection-name'] ?? UNNAMED),
    bufferSize,
    get congested() {
      return call.congested
    },
    whenReady(listener) {
      void call.ready().then(isOpen => {
        if (isOpen) listener()
      })
    },
    confirm: subscriptionId => call.send(groupConfirmation(subscriptionId)),
    deliver: delivery => call.send(delivered(delivery, ids)),
    drop: () => call.fail(consumerDropped(name)),
    fail: error => call.fail(error),
  }
}
