// Noise that is a pure function of a seed and a moment: it can be asked for any past time and always says the same.

/** 32 bits that look random, from 32 bits (the finaliser of MurmurHash3). */
function mixed(bits: number): number {
  let hash = bits | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** The number that a text stands for as a seed (FNV-1a). */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}

/** From -1 to 1, at a point of the lattice. */
const atPoint = (seed: number, point: number): number =>
  mixed(seed ^ mixed(point ^ 0x9e3779b9)) / 2 ** 31 - 1

/** From -1 to 1, smoothly from point to point. */
function smooth(seed: number, x: number): number {
  const point = Math.floor(x)
  const part = x - point
  const weight = part * part * (3 - 2 * part)
  return atPoint(seed, point) * (1 - weight) + atPoint(seed, point + 1) * weight
}

const dayMilliseconds = 86_400_000
const shortestMilliseconds = 60_000
const octaves = 18 // the longest lasts 91 days

/**
 * A sum of waves from a minute to three months long, each as high as a random walk comes to in its length: about
 * normal, and over a day it moves by about 1.
 */
export function walk(seed: number, atMilliseconds: number): number {
  let sum = 0
  for (let octave = 0; octave < octaves; octave++) {
    const length = shortestMilliseconds * 2 ** octave
    sum +=
      Math.sqrt(length / dayMilliseconds) * smooth(mixed(seed + octave), atMilliseconds / length)
  }
  return sum
}
