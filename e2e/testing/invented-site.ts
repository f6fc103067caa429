// The built site over an invented query API: any page in a moment, with whatever content a test wants to see on it.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { fixtureApi } from '@cryptotalks/web/testing/fixture-api'
import { createSite } from '@cryptotalks/web/testing/serve'
import { buildSite } from '@cryptotalks/web/testing/site-build'

export type InventedApi = typeof fixtureApi
export { fixtureApi }

export interface InventedSite {
  readonly url: string
  end(): Promise<void>
}

/** Builds the site and serves it; a cookie `visitor` says who is signed in. */
export async function startInventedSite(api: InventedApi = fixtureApi): Promise<InventedSite> {
  const { dist, render, remove } = await buildSite()
  const server = createSite(render, dist, api).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    end: async () => {
      server.closeAllConnections()
      server.close()
      await remove()
    },
  }
}
