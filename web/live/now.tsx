// The page's clock: what the server saw at first, then moved on each ten seconds.
import { type Accessor, createContext, createSignal, type JSX, useContext } from 'solid-js'
import { useStart } from '../pages/start.ts'
import { every } from './every.ts'

const NowContext = createContext<Accessor<number>>()
const tickSeconds = 10

export function Clock(props: { readonly children: JSX.Element }) {
  const [now, setNow] = createSignal(useStart().now)
  every(tickSeconds, () => {
    setNow(Date.now())
  })
  return <NowContext.Provider value={now}>{props.children}</NowContext.Provider>
}

/** Milliseconds; changes at most each ten seconds. */
export function useNow(): Accessor<number> {
  const now = useContext(NowContext)
  if (!now) throw new Error('The clock is missing: render inside <Clock>.')
  return now
}
