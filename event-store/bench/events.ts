// The events that are written and read: JSON of some 400 bytes.
import { randomUUID } from 'node:crypto'
import { jsonEvent } from '@eventstore/db-client'

export const EVENT_TYPE = 'measured'
export const EVENT_DATA = { author: 'somebody', text: 'some words of a post '.repeat(17) }

/** So many new events. */
export const events = (count: number, type = EVENT_TYPE) =>
  Array.from({ length: count }, () => jsonEvent({ id: randomUUID(), type, data: EVENT_DATA }))
