// How much of a random or repeated proof one run of the tests carries out.

/** `RUNS` where that is set; otherwise few, or many in a long run (`TEST_SIZE=long`). */
export const testSize = (few: number, many: number): number =>
  Number(process.env.RUNS ?? (process.env.TEST_SIZE === 'long' ? many : few))
