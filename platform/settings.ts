// The settings that every process is started with.
import { join } from 'node:path'
import { masterKeyOf } from './master-key.ts'
import type { PlatformOptions } from './platform-types.ts'
import { program, REPOSITORY } from './repository.ts'

export interface Settings {
  /** What all processes get: no key among it. */
  readonly common: Readonly<Record<string, string | undefined>>
  readonly masterKey: string
  /** Of a keyring that is not the embedded one. */
  readonly keyringUrl?: string
  readonly publicUrl: string
  /** PUBLIC_URL only where the operator has set it: the gateway then answers to no other name. */
  readonly ownPublicUrl: string | undefined
}

/** Our own environment, over it `options.env`, over both what only the platform can know. */
export function settingsOf(
  { dataDir, env }: Pick<PlatformOptions, 'dataDir' | 'env'>,
  url: string,
): Settings {
  const { MASTER_KEY, KEYRING_URL, ...given }: NodeJS.ProcessEnv = {
    ...{ NODE_ENV: 'production', ...process.env, ...env },
  }
  const masterKey = masterKeyOf(dataDir, MASTER_KEY)
  const publicUrl = given.PUBLIC_URL || url
  return {
    masterKey,
    ...(KEYRING_URL && { keyringUrl: KEYRING_URL }),
    publicUrl,
    ownPublicUrl: given.PUBLIC_URL || undefined,
    common: {
      ...given,
      PUBLIC_URL: publicUrl,
      WEB_DIST: join(REPOSITORY, 'web', 'dist'),
      OPENAPI_FILE: program('platform', 'openapi.json'),
      // Only the gateway may be reached from elsewhere.
      HOST: '127.0.0.1',
    },
  }
}
