// How much may be under way at once: in all, and for each address, so that none uses up what all others need.

export interface Limits {
  readonly inAll: number
  readonly perAddress: number
}

/** Why there is no slot left: `address` has its share already, or `all` together fill it. */
export type Full = 'address' | 'all'

/** Slots of one kind: connections, requests under way, bodies being received, long answers. */
export class Slots {
  readonly #limits: Limits
  readonly #held = new Map<string, number>()
  #taken = 0

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** How many are taken now. */
  get taken(): number {
    return this.#taken
  }

  /** Takes a slot for the address, or says why there is none. What it gives back gives the slot up, once. */
  take(address: string): (() => void) | Full {
    const held = this.#held.get(address) ?? 0
    if (held >= this.#limits.perAddress) return 'address'
    if (this.#taken >= this.#limits.inAll) return 'all'
    this.#taken++
    this.#held.set(address, held + 1)
    let given = false
    return () => {
      if (given) return
      given = true
      this.#taken--
      const left = (this.#held.get(address) ?? 1) - 1
      if (left === 0) this.#held.delete(address)
      else this.#held.set(address, left)
    }
  }
}
