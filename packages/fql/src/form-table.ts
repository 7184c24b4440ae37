import { type ApiVersion, apiVersions, atLeast } from './api-version.ts'
import type { Form } from './define.ts'

/** A form found by its key set, and where each of its arguments stands in the query's own key order. */
export interface FormMatch {
  readonly form: Form
  /** For each argument of the form, the index among the object's keys; -1 where left out. */
  readonly slots: readonly number[]
}

/** Finds the form that a set of keys means in one version of the API (fql-v4 §1.3). */
export interface FormTable {
  /** `keys` in the order of the query; undefined if they are no form. */
  match(keys: readonly string[]): FormMatch | undefined
}

/** How many key orders are remembered; a query language has few, an attacker many. */
const rememberedMax = 4096

/**
 * The tables of all versions.
 *
 * @throws Error if two forms of one version share a key set
 */
export function formTables(forms: readonly Form[]): ReadonlyMap<ApiVersion, FormTable> {
  const spelled = forms.flatMap((form) => [form, ...form.aliases])
  return new Map(
    apiVersions.map((version) => [version, formTable(spelled.filter((f) => isIn(f, version)))]),
  )
}

function isIn(form: Form, version: ApiVersion): boolean {
  const begun = form.since === undefined || atLeast(version, form.since)
  return begun && (form.until === undefined || atLeast(form.until, version))
}

function formTable(forms: readonly Form[]): FormTable {
  const bySignature = new Map<string, Form>()
  for (const form of forms) {
    for (const keys of keySets(form)) {
      const signature = signatureOf(keys)
      if (bySignature.has(signature)) throw new Error(`two forms have the keys ${keys.join(', ')}`)
      bySignature.set(signature, form)
    }
  }
  /** That keys are no form is worth remembering too: every ref is written as an object that is none. */
  const byOrder = new Map<string, FormMatch | undefined>()
  return {
    match(keys) {
      const order = keys.length === 1 ? (keys[0] as string) : keys.join('\0')
      const known = byOrder.get(order)
      if (known !== undefined || byOrder.has(order)) return known
      const form = bySignature.get(signatureOf(keys))
      const match = form && { form, slots: form.keys.map((key) => keys.indexOf(key)) }
      if (byOrder.size < rememberedMax) byOrder.set(order, match)
      return match
    },
  }
}

const signatureOf = (keys: readonly string[]) => keys.toSorted().join('\0')

/** The required keys with every subset of the optional ones that may stand together. */
function keySets(form: Form): string[][] {
  const required = form.keys.filter((_, i) => form.casts[i]?.isOptional !== true)
  const optional = form.keys.filter((_, i) => form.casts[i]?.isOptional === true)
  let sets = [required]
  for (const key of optional) sets = [...sets, ...sets.map((keys) => [...keys, key])]
  const excluded = (keys: readonly string[]) =>
    keys.filter((key) => form.exclusive.includes(key)).length > 1
  return sets.filter((keys) => !excluded(keys))
}
