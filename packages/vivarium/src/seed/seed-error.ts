/** Something could not be seeded; the message says what and why, in words for the person who asked. */
export class SeedError extends Error {
  override readonly name = 'SeedError'
}
