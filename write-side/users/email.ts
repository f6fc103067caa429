// E-mail addresses as mail servers and browsers' forms take them, in the one spelling that is kept.
import { domainToASCII, domainToUnicode } from 'node:url'
import { hidesSomething } from '@cryptotalks/shared-kernel/text/visible'

/** RFC 5321 leaves an address 254 characters, 64 of them before the @. */
export const longestEmail = 254

// What HTML's `type=email` takes, so that the page can do what the API can, and the other way round. Letters of other
// scripts would need SMTPUTF8, which the services that send our mail do not offer.
const localPart = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}$/i
// No mail server takes these either, though `type=email` does.
const strayDots = /^\.|\.\.|\.$/
const asciiDomain =
  /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/
// A label that stays as it is encoded when it is to be shown stands for no letters. Node 20 refuses it, Node 24 keeps it.
const undecoded = /(^|\.)xn--/
// Read as part of a URL, these would end the domain or be taken out of it.
const notInDomains = /[\p{Cc}\s/?#\\:@%[\]]/u

export type ReadEmail = { readonly email: string } | { readonly fault: string }

const fault = (sentence: string): ReadEmail => ({ fault: sentence })

/** The address with its domain as it is read, or what is wrong with it. */
export function readEmail(text: string): ReadEmail {
  const given = text.trim()
  const at = given.lastIndexOf('@')
  const local = given.slice(0, at)
  const domain = given.slice(at + 1)
  if (at < 1 || domain === '')
    return fault('An e-mail address has an @ with something on both sides, as ann@example.org.')
  if (hidesSomething(local))
    return fault(
      'The e-mail address holds a character that nobody can see. Type it instead of pasting it.',
    )
  if (strayDots.test(local))
    return fault('Before the @, dots can not come first, last, or two together.')
  if (!localPart.test(local))
    return fault(
      "Before the @, an e-mail address has at most 64 letters from a to z, digits and .!#$%&'*+/=?^_`{|}~- only.",
    )
  // Folds what nobody sees in a domain, and gives its letters their one spelling.
  const ascii = notInDomains.test(domain) ? '' : domainToASCII(domain)
  const folded = domainToUnicode(ascii)
  if (!asciiDomain.test(ascii) || undecoded.test(folded) || hidesSomething(folded))
    return fault('After the @ there is no domain, as example.org is one.')
  return { email: `${local}@${folded}` }
}
