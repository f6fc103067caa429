// The one spelling under which a name is reserved, so that two ways to write it are one name.
import { domainToASCII } from 'node:url'
import type { ReservedKind } from '@cryptotalks/shared-kernel/events/reservations'

const folded = (text: string): string => text.normalize('NFKC').toLowerCase()

function normalisedEmail(email: string): string {
  const given = email.trim()
  const at = given.lastIndexOf('@')
  const domain = given.slice(at + 1)
  // A domain is folded by its own rules alone: under those of letters first, some Greek ones would come out as others. Of
  // one that has no ASCII form nothing comes back; its own letters still tell it from others.
  return folded(given.slice(0, at + 1)) + (domainToASCII(domain) || folded(domain))
}

/** Names that normalise alike are the same name. */
export const normalisedName: Readonly<Record<ReservedKind, (name: string) => string>> = {
  email: normalisedEmail,
  username: name => name.normalize('NFKC').toLowerCase(),
  slug: slug => slug,
}
