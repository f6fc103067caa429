// Whether browsers keep the session's cookie at the site's address: it is Secure, and so they drop it over plain http.

const thisMachine = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** True for https, and for names of the browser's own machine, which browsers trust without TLS. */
export function sessionsAreKeptAt(publicUrl: string): boolean {
  const { protocol, hostname } = new URL(publicUrl)
  return protocol === 'https:' || isThisMachine(hostname)
}

/** Whether a host name of a URL can only mean the machine on which it is asked for. */
export const isThisMachine = (hostname: string): boolean => thisMachine.test(hostname)

/** What to say at start where sessions are not kept. */
export const sessionsAreNotKept = (publicUrl: string): string =>
  `Nobody can stay signed in at ${publicUrl}: over plain http browsers drop the cookie that it takes. Put TLS in front and set PUBLIC_URL to the https address.`
