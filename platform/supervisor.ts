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
  const stopInOrder = async () => {
    for (const service of services.toReversed()) await service.end('stop')
  }
  return {
    supervise(service) {
      const supervised = new SupervisedService(service, options)
      services.push(supervised)
      supervised.keepAlive()
      return supervised
    },
    stop() {
      stopping ??= stopInOrder()
      return stopping
    },
    async killAll() {
      await Promise.all(services.map(service => service.end('kill')))
    },
  }
}
