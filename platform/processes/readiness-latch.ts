// Lets callers wait until something is ready, run after run.

/** A promise that can be given, and taken back for the next run; a failure stays. */
export function readinessLatch() {
  let resolve = () => {}
  let reject = (_error: Error) => {}
  let given = false
  const fresh = () => {
    const promise = new Promise<void>((yes, no) => {
      resolve = yes
      reject = no
    })
    // Nobody may be waiting when it fails.
    promise.catch(() => {})
    return promise
  }
  let promise = fresh()
  let everGiven = false
  return {
    get promise() {
      return promise
    },
    get everGiven() {
      return everGiven
    },
    give() {
      given = true
      everGiven = true
      resolve()
    },
    fail: (error: Error) => reject(error),
    renew() {
      if (given) promise = fresh()
      given = false
    },
  }
}
