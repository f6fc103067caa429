// Every address that is no page of the site.

import { definePage, failed } from './page.ts'
import { ProblemView } from './problem-view.tsx'

export const notFound = definePage<never>({
  load: async () =>
    failed({ type: '/problems/not-found', title: 'Not found', status: 404, code: 'not-found' }),
  View: () => <ProblemView problem={null} />,
})
