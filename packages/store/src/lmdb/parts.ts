/** What the processes of the crash tests write, and how a test knows that it is whole. */

/** The keys of transaction `n` of a writer: all of them are written at once, or none. */
export function partsOf(writer: string, n: number): readonly string[] {
  return Array.from({ length: 1 + (n % 7) }, (_, part) => `part/${writer}/${n}/${part}`)
}

/** Under it, every transaction counts itself. */
export const countKey = Buffer.from('count')
