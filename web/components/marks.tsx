// The small parts that carry identity and figures: rosette, coin disc, change, freshness, small line.
import { Show } from 'solid-js'
import { freshness } from '../market/freshness.ts'
import { sparkHeight, sparkStart, sparkWidth } from '../market/sparkline.ts'
import { firstLetter } from '../text/first-letter.ts'
import { change, direction } from '../text/numbers.ts'
import { coinHue, rosetteOf } from './rosette-form.ts'

export function Avatar(props: { readonly userId: string; readonly size?: 'm' | 'l' | 'xl' }) {
  const rosette = () => rosetteOf(props.userId)
  return (
    <svg
      class={`ava ${props.size ?? ''} ${rosette().hue}`}
      viewBox="0 0 40 40"
      aria-hidden="true"
      innerHTML={rosette().drawing}
    />
  )
}

export function Disc(props: { readonly symbol: string; readonly large?: boolean }) {
  return (
    <i class={`disc ${props.large ? 'l ' : ''}${coinHue(props.symbol)}`} aria-hidden="true">
      {firstLetter(props.symbol)}
    </i>
  )
}

/** A change, said by shape, sign and colour. `decimals` is 2 for 24 hours and 1 elsewhere. */
export function Change(props: { readonly percent: number | null; readonly decimals?: number }) {
  const decimals = () => props.decimals ?? 2
  return (
    <Show when={props.percent !== null} fallback={<span class="mute">–</span>}>
      <span class={`chg ${direction(props.percent ?? 0, decimals())}`}>
        {change(props.percent ?? 0, decimals())}
      </span>
    </Show>
  )
}

interface FreshProps {
  readonly sample: { readonly source: string; readonly sampledAt: string } | null | undefined
  readonly now: number
  /** Only the age, where the source is named nearby. */
  readonly ageOnly?: boolean
  /** What is live or simulated: "market" gives "Simulated market, 12 s ago". */
  readonly what?: string
}

export function Fresh(props: FreshProps) {
  const state = () => freshness(props.sample, props.now)
  const text = () => {
    const { name, age } = state()
    if (name === 'none' || (props.ageOnly && name !== 'Stale')) return age
    return `${name}${props.what ? ` ${props.what}` : ''}, ${age}`
  }
  return <span class={`fresh ${state().tone}`}>{text()}</span>
}

/** The small line of seven days, coloured as the change beside it. */
export function Spark(props: { readonly points: string; readonly percent: number | null }) {
  const tone = () => (props.percent === null ? '' : direction(props.percent, 1))
  const start = () => sparkStart(props.points)
  return (
    <svg class={`spark ${tone()}`} viewBox={`0 0 ${sparkWidth} ${sparkHeight}`} aria-hidden="true">
      <line x2={sparkWidth} y1={start()} y2={start()} />
      <polyline points={props.points} />
    </svg>
  )
}
