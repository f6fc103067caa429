// The port to whoever tells what the market does.

/** One answer of a source. What stands in it is checked before it is believed, so it may be anything. */
export interface MarketSample {
  readonly sampledAt: Date
  readonly quotes: readonly unknown[]
}

export interface MarketSource {
  /** Stands in every event; a simulated source says so in it. */
  readonly name: string
  /** What the market does now. Heeds the signal; rejects on any trouble. */
  readonly sample: (signal: AbortSignal) => Promise<MarketSample>
  /** What it did then, of sources that know. */
  readonly sampleAt?: (moment: Date, signal: AbortSignal) => Promise<MarketSample>
}
