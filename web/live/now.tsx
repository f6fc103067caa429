// The page's clock: what the server saw at first, then moved on each ten seconds.
// A browser's clock that is behind is put right by the server's: else all that is new would lie ahead of it. One that
// is ahead can't be told from a page that was kept for a while, so it is taken as it is.
import { type Accessor, createContext, createSignal, type JSX, useContext } from 'solid-js'
import { useStart } from '../pages/start.ts'
import { every } from './every.ts'

const NowContext = createContext<Accessor<number>>()
const tickSeconds = 10

export function Clock(props: { readonly children: JSX.Element }) {
  const [now, setNow] = createSignal(useStart().now)
  const behind = Math.max(0, useStart().now - Date.now())
  every(tickSeconds, () => {
    setNow(Date.now() + behind)
  })
  return <NowContext.Provider value={now}>{props.children}</NowContext.Provider>
}

/** Milliseconds; changes at most each ten seconds. */
export function useNow(): Accessor<number> {
  const now = useContext(NowContext)
  if (!now) throw new Error('The clock is missing: render inside <Clock>.')
  return now
}
