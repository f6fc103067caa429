// The one spelling under which a name is reserved, so that two ways to write it are one name.
import { domainToASCII } from 'node:url'
import type { ReservedKind } from '@cryptotalks/shared-kernel/events/reservations'

function normalisedEmail(email: string): string {
  const folded = email.trim().normalize('NFKC').toLowerCase()
  const at = folded.lastIndexOf('@')
  const domain = folded.slice(at + 1)
  // Of a domain that has no ASCII form nothing comes back; its own letters still tell it from others.
  return folded.slice(0, at + 1) + (domainToASCII(domain) || domain)
}

/** Names that normalise alike are the same name. */
export const normalisedName: Readonly<Record<ReservedKind, (name: string) => string>> = {
  email: normalisedEmail,
  username: name => name.normalize('NFKC').toLowerCase(),
  slug: slug => slug,
}
