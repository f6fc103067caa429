// What a process measures of itself, in Prometheus' text format.
import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type OpenMetricsContentType,
  type PrometheusContentType,
  Registry,
} from 'prom-client'

export interface ServedRequest {
  readonly method: string
  /** The route's pattern, never the path: a path would make a series of every slug. */
  readonly route: string
  readonly status: number
  readonly seconds: number
}

export interface MetricOptions {
  /** With its unit last, as Prometheus has it: `projection_lag_seconds`. */
  readonly name: string
  readonly help: string
  readonly labels?: readonly string[]
}

export interface Metrics {
  readonly registry: Registry<PrometheusContentType | OpenMetricsContentType>
  /** Counts a request that has been answered. */
  observeRequest(served: ServedRequest): void
  /** `collect` is asked whenever somebody looks, so that a value is never older than the question. */
  gauge(
    options: MetricOptions & { readonly collect?: (gauge: Gauge) => void | Promise<void> },
  ): Gauge
  counter(options: MetricOptions): Counter
  histogram(options: MetricOptions & { readonly buckets: readonly number[] }): Histogram
}

// From a cached answer (1 ms) to the longest that a reader waits for a write (2 s) and what lies beyond.
const requestBucketsSeconds = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]

/** Metrics of one process, in a registry of its own, labelled with the process' name. */
export function createMetrics(processName: string): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ process: processName })
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from a request to the end of its answer, by route pattern and status',
    labelNames: ['method', 'route', 'status'],
    buckets: requestBucketsSeconds,
    registers: [registry],
  })
  return {
    registry,
    observeRequest: ({ method, route, status, seconds }) =>
      requests.observe({ method, route, status }, seconds),
    gauge: ({ collect, ...options }) =>
      new Gauge({
        ...common(options, registry),
        ...(collect && {
          collect() {
            return collect(this)
          },
        }),
      }),
    counter: options => new Counter(common(options, registry)),
    histogram: ({ buckets, ...options }) =>
      new Histogram({ ...common(options, registry), buckets: [...buckets] }),
  }
}

function common({ name, help, labels = [] }: MetricOptions, registry: Metrics['registry']) {
  return { name, help, labelNames: [...labels], registers: [registry] }
}
