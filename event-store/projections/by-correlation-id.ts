// $by_correlation_id: in `$bc-<id>` a link to every event whose metadata carries the correlation id.
import { idMember, linkTo, type Projection } from './emission.ts'

/** Where the correlation id stands in the metadata, unless somebody says otherwise. */
export const DEFAULT_CORRELATION_QUERY = '{"correlationIdProperty":"$correlationId"}'

/** Reads which member of the metadata holds the correlation id; undefined for what does not say it. */
export function parseCorrelationQuery(query: string): string | undefined {
  try {
    const { correlationIdProperty } = JSON.parse(query)
    return typeof correlationIdProperty === 'string' ? correlationIdProperty : undefined
  } catch {
    return undefined
  }
}

/** The time with six digits of a second: the log keeps milliseconds. */
const timestamp = (created: number): string => new Date(created).toISOString().replace('Z', '000Z')

/** Links events by their correlation id, links left out. */
export const byCorrelationId =
  (property: string): Projection =>
  event => {
    if (event.isLink) return undefined
    const id = idMember(event, property)
    if (id === undefined) return undefined
    return {
      stream: `$bc-${id}`,
      type: '$>',
      data: linkTo(event),
      about: { $eventTimestamp: timestamp(event.created) },
    }
  }
