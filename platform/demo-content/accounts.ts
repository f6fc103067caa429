// The people of the demo content. Their password is public: these accounts are for trying things out only.

export const DEMO_USERS = [
  'marrow',
  'old_kettle',
  'tidewright',
  'ines.k',
  'brackish',
  'nightdesk',
] as const

export type DemoUser = (typeof DEMO_USERS)[number]

/** Of every demo account; written in the README as well. */
export const DEMO_PASSWORD = 'demo-content-only'
