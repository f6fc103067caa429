// Text in which credentials and addresses of people are masked, wherever a library has put them.

const credentials = /(:\/\/)[^\s/@"']{1,200}@/g
const mailAddress = /[^\s"'<>()[\]{},;:@/=]{1,64}@[^\s"'<>()[\]{},;:@/=]{1,255}/g

/** `postgres://user:word@host` without user and word, `ann@example.org` not at all. */
export function masked(text: string): string {
  if (!text.includes('@')) return text
  return text.replace(credentials, '$1[redacted]@').replace(mailAddress, match =>
    // What stands there already instead of the credentials.
    match.startsWith('redacted') ? match : '[address]',
  )
}
