// The chart's data as a table, newest first.
import { For } from 'solid-js'
import type { PricePoint } from '../api/types.ts'
import { price } from '../text/numbers.ts'
import { moment } from '../text/times.ts'

interface PriceTableProps {
  readonly name: string
  readonly points: readonly PricePoint[]
  readonly chartHref: string
}

export function PriceTable(props: PriceTableProps) {
  return (
    <>
      <p class="reading sm">
        <a href={props.chartHref} noscroll="">
          See the chart
        </a>
      </p>
      <section class="scroll" tabindex="0" aria-label={`Prices of ${props.name}`}>
        <table class="tbl">
          <caption>
            Prices of <bdi>{props.name}</bdi> in US dollars, newest first. Each row begins at its
            time.
          </caption>
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col" class="num">
                Open
              </th>
              <th scope="col" class="num">
                High
              </th>
              <th scope="col" class="num">
                Low
              </th>
              <th scope="col" class="num">
                Close
              </th>
            </tr>
          </thead>
          <tbody>
            <For each={props.points.toReversed()}>
              {point => (
                <tr>
                  <th scope="row">{moment(new Date(point.at))}</th>
                  <td class="num">{price(point.open)}</td>
                  <td class="num">{price(point.high)}</td>
                  <td class="num">{price(point.low)}</td>
                  <td class="num">{price(point.close)}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </section>
    </>
  )
}
