/** One thing that was looked at. */
export interface Finding {
  /** `note`: worth knowing, but nothing is broken. */
  readonly level: 'ok' | 'note' | 'wrong'
  readonly about: string
  readonly text: string
  /** What to do about it. */
  readonly advice?: string
}

/** Looks at one or several things. Never rejects: what cannot be looked at is a finding too. */
export type Check = () => Promise<readonly Finding[]>

/** All is well with it. */
export function ok(about: string, text: string): Finding {
  return { level: 'ok', about, text }
}

/** Worth knowing. */
export function note(about: string, text: string, advice?: string): Finding {
  return { level: 'note', about, text, ...(advice !== undefined && { advice }) }
}

/** Broken, and how it is mended. */
export function wrong(about: string, text: string, advice: string): Finding {
  return { level: 'wrong', about, text, advice }
}

/** Findings as lines of text, what to do below each. */
export function renderFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ about }) => about.length))
  const lines = findings.flatMap(({ level, about, text, advice }) => [
    `${level.padEnd(5)}  ${about.padEnd(width)}  ${text}`,
    ...(advice === undefined ? [] : [`${''.padEnd(7 + width)}  -> ${advice}`]),
  ])
  return `${lines.join('\n')}\n`
}
