/** Which rule of the pool a password breaks, by the pool's own message about it. */
export function passwordRule(message: string): string {
  const rule = rules.find(([part]) => message.includes(part))
  return rule?.[1] ?? 'This password is not strong enough. Make it longer and more varied.'
}

const rules: readonly (readonly [string, string])[] = [
  ['not long enough', 'The password is too short. Make it longer.'],
  ['greater than or equal to', 'The password is too short. Make it longer.'],
  ['less than or equal to', 'The password is too long. Make it shorter.'],
  ['uppercase', 'The password needs an upper case letter (A to Z).'],
  ['lowercase', 'The password needs a lower case letter (a to z).'],
  ['numeric', 'The password needs a digit (0 to 9).'],
  ['symbol', 'The password needs a symbol, such as ! ? # or -.'],
  ['regular expression', 'The password must not contain spaces.'],
]
