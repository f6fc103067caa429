// A server with TLS and users, clients that sign in to it, and the Users service through the client's own stubs.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventStoreDBClient } from '@eventstore/db-client'
import usersService from '@eventstore/db-client/generated/users_grpc_pb.js'
import messages from '@eventstore/db-client/generated/users_pb.js'
import { credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import { type EventStoreOptions, type EventStoreServer, startEventStore } from '../index.ts'

/** Who calls; null for somebody without credentials. */
export type Login = { readonly username: string; readonly password: string } | null
export const ADMIN = { username: 'admin', password: 'changeit' }
export const OPERATOR = { username: 'ops', password: 'changeit' }
export const NOBODY: Login = null

/** What people see of a user. */
export interface Seen {
  readonly login: string
  readonly fullName: string
  readonly groups: readonly string[]
  readonly disabled: boolean
}

const basic = (login: Login): Metadata => {
  const metadata = new Metadata()
  if (login) {
    const text = `${login.username}:${login.password}`
    metadata.set('authorization', `Basic ${Buffer.from(text).toString('base64')}`)
  }
  return metadata
}

type Fields = Readonly<Record<string, string | readonly string[]>>
type ChangingMethod =
  | 'create'
  | 'update'
  | 'delete'
  | 'enable'
  | 'disable'
  | 'changePassword'
  | 'resetPassword'

/** The message of a method, filled in by its setters' names: `loginName`, `groupsList`, … */
function requestOf(method: string, fields: Fields): unknown {
  const name = `${method[0]?.toUpperCase()}${method.slice(1)}Req`
  const Request = (messages as unknown as Record<string, never>)[name] as unknown as {
    new (): { setOptions(options: object): void }
    Options: new () => Record<string, (value: unknown) => void>
  }
  const options = new Request.Options()
  for (const [field, value] of Object.entries(fields)) {
    options[`set${field[0]?.toUpperCase()}${field.slice(1)}`]?.(value)
  }
  const request = new Request()
  request.setOptions(options)
  return request
}

/** A server that asks for credentials, from `start` to `stop`. */
export class SecureServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'event-store-secure-'))
  readonly #options: EventStoreOptions
  #server: EventStoreServer | undefined
  #clients: EventStoreDBClient[] = []
  #stub: InstanceType<typeof usersService.UsersClient> | undefined

  /** Keeps what is written in a folder of its own if it is to be durable. */
  constructor({
    durable = false,
    ...options
  }: Partial<EventStoreOptions> & { durable?: boolean } = {}) {
    const tls = { selfSigned: join(this.#folder, 'tls') }
    const place = durable ? { dir: join(this.#folder, 'events') } : { memory: true as const }
    this.#options = { tls, ...options, ...place } as EventStoreOptions
  }

  get server(): EventStoreServer {
    if (!this.#server) throw new Error('The server has not been started.')
    return this.#server
  }

  get certificate(): Buffer {
    return readFileSync(join(this.#folder, 'tls', 'certificate.pem'))
  }

  async start(): Promise<void> {
    this.#server = await startEventStore(this.#options)
  }

  /** Stops it, to be started again with what it holds. */
  async stop(): Promise<void> {
    this.#stub?.close()
    this.#stub = undefined
    for (const client of this.#clients.splice(0)) await client.dispose()
    await this.#server?.stop()
  }

  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** A client that signs in as somebody. */
  as(login: Login): EventStoreDBClient {
    const user = login
      ? `${encodeURIComponent(login.username)}:${encodeURIComponent(login.password)}@`
      : ''
    const address = this.server.connectionString.replace('esdb://', `esdb://${user}`)
    const client = EventStoreDBClient.connectionString(address)
    this.#clients.push(client)
    return client
  }

  get #users(): InstanceType<typeof usersService.UsersClient> {
    const address = `localhost:${this.server.port}`
    this.#stub ??= new usersService.UsersClient(address, credentials.createSsl(this.certificate))
    return this.#stub
  }

  /** Calls a method of Users that changes something; resolves to how it ended. */
  change(method: ChangingMethod, fields: Fields, by: Login = ADMIN): Promise<Ending> {
    const stub = this.#users
    const call = stub[method] as unknown as (
      request: unknown,
      metadata: Metadata,
      done: (error: ServiceError | null) => void,
    ) => void
    return new Promise(resolve => {
      call.call(stub, requestOf(method, fields), basic(by), error => resolve(endingOf(error)))
    })
  }

  /** Makes a user and gives what it signs in with. */
  async addUser(username: string, ...groupsList: string[]): Promise<NonNullable<Login>> {
    const user = { username, password: `password of ${username}` }
    const fields = { loginName: username, password: user.password, fullName: 'A User', groupsList }
    const ending = await this.change('create', fields)
    if (ending !== 'done') throw new Error(`${username} was not made: ${JSON.stringify(ending)}`)
    return user
  }

  /** The users that Details tells of; without a name all of them. */
  details(loginName = '', by: Login = ADMIN): Promise<readonly Seen[] | Ending> {
    const request = requestOf('details', { loginName }) as never
    return new Promise(resolve => {
      const found: Seen[] = []
      const call = this.#users.details(request, basic(by))
      call.on('data', (message: InstanceType<typeof messages.DetailsResp>) => {
        const user = message.getUserDetails()
        found.push({
          login: user?.getLoginName() ?? '',
          fullName: user?.getFullName() ?? '',
          groups: user?.getGroupsList() ?? [],
          disabled: user?.getDisabled() ?? false,
        })
      })
      call.on('error', error => resolve(endingOf(error as ServiceError)))
      call.on('end', () => resolve(found))
    })
  }
}

/** Done, or the status and the error's own trailers. */
export type Ending = 'done' | { readonly code: number; readonly exception: string | undefined }

function endingOf(error: ServiceError | null): Ending {
  if (!error) return 'done'
  return { code: error.code, exception: error.metadata.get('exception')[0] as string | undefined }
}
