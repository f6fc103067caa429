// Attributes the router reads from links.
import 'solid-js'

declare module 'solid-js' {
  namespace JSX {
    interface ExplicitProperties {
      /** The text of a textarea, which HTML has as its content and scripts as a property. */
      value: string
    }
    interface AnchorHTMLAttributes<T> {
      /** Keeps the scroll position when the link is followed in place. */
      noscroll?: ''
    }
  }
}
