// Reads the chart at a moment: by the pointer, or by the arrow keys; laid over the drawing once scripts run.
import { Show } from 'solid-js'
import { fromTop, nearestIndex, type Scale } from './chart.ts'

interface CrossHairProps {
  readonly name: string
  readonly closes: readonly number[]
  /** Where each stands from the left, in per cent. */
  readonly places: readonly number[]
  readonly scale: Scale
  /** The point read, `null` when none is. */
  readonly index: number | null
  readonly reading: string
  readonly onRead: (index: number | null) => void
}

export function CrossHair(props: CrossHairProps) {
  const last = () => props.closes.length - 1
  const point = (event: PointerEvent & { readonly currentTarget: Element }) => {
    const box = event.currentTarget.getBoundingClientRect()
    props.onRead(nearestIndex(((event.clientX - box.left) / box.width) * 100, props.places))
  }
  const moves: Readonly<Record<string, (at: number) => number>> = {
    ArrowLeft: at => Math.max(0, at - 1),
    ArrowRight: at => Math.min(last(), at + 1),
    Home: () => 0,
    End: () => last(),
  }
  const press = (event: KeyboardEvent) => {
    const move = moves[event.key]
    if (!move) return
    event.preventDefault()
    props.onRead(move(props.index ?? last()))
  }
  return (
    <div
      class="over"
      role="slider"
      tabIndex={0}
      aria-label={`Moment on the chart of ${props.name}`}
      aria-valuemin={0}
      aria-valuemax={last()}
      aria-valuenow={props.index ?? last()}
      aria-valuetext={props.reading}
      onPointerMove={point}
      onPointerLeave={() => props.onRead(null)}
      onKeyDown={press}
    >
      <Show when={props.index !== null}>
        <Hair
          x={props.places[props.index ?? 0] ?? 0}
          y={fromTop(props.closes[props.index ?? 0] ?? props.scale.low, props.scale)}
        />
      </Show>
    </div>
  )
}

function Hair(props: { readonly x: number; readonly y: number }) {
  return (
    <svg width="100%" height="100%" aria-hidden="true">
      <line class="hair" y2="100%" x1={`${props.x}%`} x2={`${props.x}%`} />
      <circle class="last" r="4" cx={`${props.x}%`} cy={`${props.y}%`} />
    </svg>
  )
}
