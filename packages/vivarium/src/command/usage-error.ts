/** A command line or an environment that will not do: told in words, exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Something about the machine that will not do, in words for a person: exit status 1. */
export class StartError extends Error {
  override readonly name = 'StartError'
}
