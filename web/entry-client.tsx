// Brings the server's page to life in the browser.
import { hydrate } from 'solid-js/web'
import { App } from './app.tsx'
import { pageAt } from './pages/pages.ts'
import { type Start, startElement, startOnce } from './pages/start.ts'
import './styles/site.css'

async function begin(place: HTMLElement, given: HTMLElement): Promise<void> {
  const start = JSON.parse(given.textContent ?? '') as Start
  // A refused form is answered under its action's address: the form's own address is what one can come back to.
  if (location.pathname + location.search !== start.address) {
    history.replaceState(null, '', start.address)
  }
  const page = await pageAt(location.pathname).open()
  hydrate(() => <App start={startOnce(start, page)} />, place, {
    renderId: given.dataset.renderId ?? '',
  })
}

const place = document.getElementById('app')
const given = document.getElementById(startElement)
if (place && given) void begin(place, given)
