// The navigation of phones, at the lower edge.
import { Icon } from '../components/icon.tsx'
import { useAriaCurrent } from './place.ts'

export function Dock() {
  const current = useAriaCurrent()
  return (
    <nav class="dock" aria-label="Main, bottom">
      <a href="/" aria-current={current('talk', '/')}>
        <Icon name="messages-square" large />
        Talk
      </a>
      <a href="/market" aria-current={current('market', '/market')}>
        <Icon name="chart-line" large />
        Market
      </a>
      <a href="/posts/new" aria-current={current('write', '/posts/new')}>
        <Icon name="pen-line" large />
        Write
      </a>
      <a href="/more" aria-current={current('more', '/more')}>
        <Icon name="menu" large />
        More
      </a>
    </nav>
  )
}
