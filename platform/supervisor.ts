// Keeps processes alive together: starts them, restarts those that die, stops them in order.
import {
  type Service,
  type Supervised,
  SupervisedService,
  type SupervisorOptions,
} from './processes/supervised-service.ts'

export type {
  Service,
  ServiceChange,
  Supervised,
  SupervisorOptions,
} from './processes/supervised-service.ts'

export interface Supervisor {
  /**
   * Starts a service and keeps it alive from then on.
   * @throws once everything is being ended: nobody would stop it then
   * @throws (rejects `untilReady`) when it dies over and over, or is not ready in time, at its first start
   */
  supervise(service: Service): Supervised
  /** Stops all, the last started first; resolves when all have ended. Safe to call twice. */
  stop(): Promise<void>
  /** Kills all at once, for the impatient. */
  killAll(): Promise<void>
}

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const services: SupervisedService[] = []
  let stopping: Promise<void> | undefined
  let isEnding = false
  const stopInOrder = async () => {
    for (const service of services.toReversed()) await service.end('stop')
  }
  return {
    supervise(service) {
      if (isEnding) throw new Error(`${service.name} is not started, for all are being ended.`)
      const supervised = new SupervisedService(service, options)
      services.push(supervised)
      supervised.keepAlive()
      return supervised
    },
    stop() {
      isEnding = true
      stopping ??= stopInOrder()
      return stopping
    },
    async killAll() {
      isEnding = true
      await Promise.all(services.map(service => service.end('kill')))
    },
  }
}
