// Attributes the router reads from links.
import 'solid-js'

declare module 'solid-js' {
  namespace JSX {
    interface AnchorHTMLAttributes<T> {
      /** Keeps the scroll position when the link is followed in place. */
      noscroll?: ''
    }
  }
}
