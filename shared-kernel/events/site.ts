// What happens to the site as a whole: it is founded, once.
import { z } from 'zod'
import { defineEvent } from '../eventsourcing/event-definition.ts'

/** The site came to be. Its log, its keyring and its read models bear this id, and those of another site are refused. */
export const SiteFounded = defineEvent({
  type: 'SiteFounded',
  version: 1,
  schema: z.strictObject({
    siteId: z.string(),
    /** A word that opens only under the master key that the site was founded with. */
    sealedWord: z.string(),
  }),
})
