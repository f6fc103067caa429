// Brings the server's page to life in the browser.
import { hydrate } from 'solid-js/web'
import { App } from './app.tsx'
import { type Start, startElement, startOnce } from './pages/start.ts'
import './styles/site.css'

const start = JSON.parse(document.getElementById(startElement)?.textContent ?? 'null') as Start
const place = document.getElementById('app')
if (place) hydrate(() => <App start={startOnce(start)} />, place, { renderId: '0' })
