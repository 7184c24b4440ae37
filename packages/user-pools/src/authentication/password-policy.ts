import { createHash } from 'node:crypto'

/** The wire shape `PasswordPolicyType`, as a pool keeps it. */
export interface PasswordPolicy {
  readonly MinimumLength?: number | undefined
  readonly RequireUppercase?: boolean | undefined
  readonly RequireLowercase?: boolean | undefined
  readonly RequireNumbers?: boolean | undefined
  readonly RequireSymbols?: boolean | undefined
  readonly PasswordHistorySize?: number | undefined
  readonly TemporaryPasswordValidityDays?: number | undefined
}

/**
 * The policy of a pool that was made without one.
 *
 * @see user-pools §6.2
 */
export const defaultPasswordPolicy = {
  MinimumLength: 8,
  RequireUppercase: true,
  RequireLowercase: true,
  RequireNumbers: true,
  RequireSymbols: true,
  TemporaryPasswordValidityDays: 7,
} as const satisfies PasswordPolicy

const symbols = '^$*.[]{}()?"!@#%&/\\,><\':;|_~`=+-'

/** The kinds of characters a policy can ask for, in the order in which their absence is reported. */
const kinds = [
  {
    rule: 'RequireUppercase',
    alphabet: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    complaint: 'Password must have uppercase characters',
  },
  {
    rule: 'RequireLowercase',
    alphabet: 'abcdefghijklmnopqrstuvwxyz',
    complaint: 'Password must have lowercase characters',
  },
  {
    rule: 'RequireNumbers',
    alphabet: '0123456789',
    complaint: 'Password must have numeric characters',
  },
  {
    rule: 'RequireSymbols',
    // A space counts as a symbol wherever the request's own pattern lets it through.
    alphabet: `${symbols} `,
    complaint: 'Password must have symbol characters',
  },
] as const

/**
 * The text of the `InvalidPasswordException` that `password` deserves: the first rule it breaks;
 * undefined if it breaks none. Only letters of Basic Latin count as letters.
 *
 * @param policy undefined: the default
 * @see user-pools §6.2
 */
export function passwordComplaint(
  password: string,
  policy: PasswordPolicy = defaultPasswordPolicy,
): string | undefined {
  // Unverified: the reference does not say which rule is named first.
  const complaint = firstComplaint(password, policy)
  return complaint === undefined ? undefined : `Password did not conform with policy: ${complaint}`
}

function firstComplaint(password: string, policy: PasswordPolicy): string | undefined {
  const lengthMin = policy.MinimumLength ?? defaultPasswordPolicy.MinimumLength
  if (password.length < lengthMin) return 'Password not long enough'
  return kinds.find(
    ({ rule, alphabet }) =>
      policy[rule] === true && ![...password].some((character) => alphabet.includes(character)),
  )?.complaint
}

/** How many random bytes `temporaryPassword` takes. */
export const temporaryPasswordEntropyBytes = 32

// Without characters that are mistaken for others when somebody types an invitation.
const legibleLetters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789'
const legible = [
  'ABCDEFGHJKLMNPQRSTUVWXYZ',
  'abcdefghijkmnopqrstuvwxyz',
  '23456789',
  '!@#$%&*+-=?',
] as const
const temporaryPasswordLengthMin = 12

/**
 * A password for an invitation, which satisfies `policy` whatever it asks for.
 *
 * @param entropy `temporaryPasswordEntropyBytes` random bytes, never used before
 */
export function temporaryPassword(
  entropy: Uint8Array,
  policy: PasswordPolicy = defaultPasswordPolicy,
): string {
  const lengthMin = policy.MinimumLength ?? defaultPasswordPolicy.MinimumLength
  const length = Math.max(temporaryPasswordLengthMin, lengthMin)
  // One word for each character and each swap.
  const random = createHash('shake256', { outputLength: 8 * length })
    .update(entropy)
    .digest()
  let offset = 0
  // 32 random bits against a few dozen choices: the bias is below one in 2^25.
  const below = (bound: number): number => {
    const word = random.readUInt32BE(offset)
    offset += 4
    return word % bound
  }
  const pick = (alphabet: string): string => alphabet.charAt(below(alphabet.length))
  const characters = [...legible.map(pick)]
  while (characters.length < length) characters.push(pick(legibleLetters))
  for (let last = characters.length - 1; last > 0; last -= 1) {
    const other = below(last + 1)
    const moved = characters[last] ?? ''
    characters[last] = characters[other] ?? ''
    characters[other] = moved
  }
  return characters.join('')
}
