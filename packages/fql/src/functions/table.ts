import type { ApiVersion } from '../api-version.ts'
import type { Form } from '../define.ts'
import { type FormTable, formTables } from '../form-table.ts'
import * as aggregates from './aggregates.ts'
import * as arrays from './arrays.ts'
import * as authentication from './authentication.ts'
import * as control from './control.ts'
import * as conversions from './conversions.ts'
import * as databases from './databases.ts'
import * as events from './events.ts'
import * as format from './format.ts'
import * as iteration from './iteration.ts'
import * as logic from './logic.ts'
import * as ngram from './ngram.ts'
import * as numbers from './numbers.ts'
import * as objects from './objects.ts'
import * as paginate from './paginate.ts'
import * as reads from './reads.ts'
import * as refs from './refs.ts'
import * as regularExpressions from './regular-expressions.ts'
import * as select from './select.ts'
import * as setAlgebra from './set-algebra.ts'
import * as sets from './sets.ts'
import * as strings from './strings.ts'
import * as time from './time.ts'
import * as typeChecks from './type-checks.ts'
import * as writes from './writes.ts'

/** Every family's declarations. */
const families: readonly Record<string, unknown>[] = [
  control,
  logic,
  typeChecks,
  select,
  iteration,
  arrays,
  aggregates,
  objects,
  strings,
  regularExpressions,
  ngram,
  format,
  time,
  numbers,
  conversions,
  refs,
  reads,
  paginate,
  sets,
  setAlgebra,
  events,
  databases,
  writes,
  authentication,
]

/** Every function of the language, as declared. */
export const forms: readonly Form[] = families.flatMap((family) =>
  Object.values(family).filter(isForm),
)

/** The functions of each version, by their keys. */
export const tables: ReadonlyMap<ApiVersion, FormTable> = formTables(forms)

function isForm(value: unknown): value is Form {
  return typeof value === 'object' && value !== null && 'casts' in value && 'evaluate' in value
}
