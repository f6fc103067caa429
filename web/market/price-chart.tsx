// The line of a coin's price, drawn by the server; scripts add a cross-hair.
import { createMemo, createSignal, For, onMount, Show } from 'solid-js'
import type { PricePoint, Range } from '../api/types.ts'
import { fixed, price } from '../text/numbers.ts'
import { clock, dayAndMonth, moment } from '../text/times.ts'
import { fromLeft, fromTop, labelTimes, linePath, plotHeight, plotWidth, scaleOf } from './chart.ts'
import { CrossHair } from './cross-hair.tsx'

export const rangeNames: Readonly<Record<Range, string>> = {
  '1h': '1 h',
  '24h': '24 h',
  '7d': '7 d',
  '30d': '30 d',
}

const labels = 6

/** A moment as the axis below the chart writes it. */
function axisTime(at: number, range: Range): string {
  const time = new Date(at)
  return range === '1h' || range === '24h' ? clock(time) : dayAndMonth(time)
}

/** "7 d: from 61,180.00 to 64,210.40, lowest 60,285.29, highest 64,210.40" */
function summaryOf(points: readonly PricePoint[], range: Range): string {
  const open = price(points[0]?.open ?? 0)
  const close = price(points.at(-1)?.close ?? 0)
  const low = price(Math.min(...points.map(point => point.low)))
  const high = price(Math.max(...points.map(point => point.high)))
  return `${rangeNames[range]}: from ${open} to ${close}, lowest ${low}, highest ${high}`
}

interface ChartProps {
  readonly name: string
  readonly points: readonly PricePoint[]
  readonly range: Range
  readonly tableHref: string
}

export function PriceChart(props: ChartProps) {
  const closes = createMemo(() => props.points.map(point => point.close))
  const times = createMemo(() => props.points.map(point => Date.parse(point.at)))
  const places = createMemo(() => fromLeft(times()))
  const scale = createMemo(() => scaleOf([...closes(), props.points[0]?.open ?? 0]))
  const [index, setIndex] = createSignal<number | null>(null)
  const [ready, setReady] = createSignal(false)
  onMount(() => setReady(true))
  const summary = () => summaryOf(props.points, props.range)
  const reading = () => {
    const point = props.points[index() ?? -1]
    return point ? `${moment(new Date(point.at))}: ${price(point.close)}` : summary()
  }
  const heightOf = (value: number | undefined) => `${fromTop(value ?? scale().low, scale())}%`
  return (
    <figure class="chart" aria-labelledby="chart-caption">
      <p class="reading n sm dim">{reading()}</p>
      <div class="plot">
        <div class="pane">
          <svg width="100%" height="300" role="img" aria-label={`${props.name}, ${summary()}`}>
            <g class="grid">
              <For each={scale().ticks}>
                {tick => <line x2="100%" y1={heightOf(tick)} y2={heightOf(tick)} />}
              </For>
            </g>
            <line
              class="open"
              x2="100%"
              y1={heightOf(props.points[0]?.open)}
              y2={heightOf(props.points[0]?.open)}
            />
            <svg
              aria-hidden="true"
              viewBox={`0 0 ${plotWidth} ${plotHeight}`}
              preserveAspectRatio="none"
              width="100%"
              height="100%"
            >
              <path class="line" d={linePath(closes(), places(), scale())} />
            </svg>
            <circle class="last" r="4" cx="100%" cy={heightOf(closes().at(-1))} />
          </svg>
          <Show when={ready()}>
            <CrossHair
              name={props.name}
              closes={closes()}
              places={places()}
              scale={scale()}
              index={index()}
              reading={reading()}
              onRead={setIndex}
            />
          </Show>
        </div>
        <ol class="yax" aria-hidden="true">
          <For each={scale().ticks.toReversed()}>
            {tick => <li>{fixed(tick, scale().decimals)}</li>}
          </For>
        </ol>
        <ol class="xax" aria-hidden="true">
          <For each={labelTimes(times(), labels)}>
            {time => <li>{axisTime(time, props.range)}</li>}
          </For>
        </ol>
      </div>
      <figcaption id="chart-caption" class="folio">
        Price of <bdi>{props.name}</bdi> in US dollars, times in UTC.{' '}
        <a href={props.tableHref} noscroll="">
          See the data as a table
        </a>
      </figcaption>
    </figure>
  )
}
