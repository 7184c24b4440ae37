import { expect, test } from 'vitest'
import { forms } from './table.ts'

/** Every form of the reference that version 4 has (fql-v4 §8.2). */
const catalogue = `
abort at call do if let object query quote var
and equals gt gte lt lte not or
is_array is_boolean is_bytes is_collection is_credentials is_database is_date is_doc is_double
is_function is_index is_integer is_key is_lambda is_null is_number is_object is_ref is_role is_set
is_string is_timestamp is_token is_uuid
contains contains_field contains_path contains_value select select_all select_as_index
append drop filter foreach is_empty is_nonempty map prepend reduce take
all any count max mean min sum
merge to_array to_object
casefold concat containsstr containsstrregex endswith findstr findstrregex format length lowercase
ltrim ngram regexescape repeat replacestr replacestrregex rtrim space startswith substring titlecase
trim uppercase
date day_of_month day_of_week day_of_year epoch hour minute month now second time time_add time_diff
time_subtract to_micros to_millis to_seconds year
abs acos add asin atan bitand bitnot bitor bitxor ceil cos cosh degrees divide exp floor hypot ln log
modulo multiply pow radians round sign sin sinh sqrt subtract tan tanh trunc
to_date to_double to_integer to_number to_string to_time
access_provider access_providers class classes collection collections credentials database databases
function functions index indexes keys new_id next_id ref role roles tokens
difference distinct documents events intersection join match range reverse singleton union
exists first get key_from_secret last paginate
create create_access_provider create_class create_collection create_database create_function
create_index create_key create_role delete insert move_database remove replace update
current_identity current_token has_current_identity has_current_token has_identity identify identity
login logout
`

/** Forms that the parser reads itself: their arguments are not expressions (fql-v4 §1.4). */
const special = ['and', 'do', 'let', 'object', 'or', 'quote', 'var']

const declared = new Set(
  forms.flatMap((form) => [form, ...form.aliases]).map(({ keys }) => keys[0] ?? ''),
)
const names = catalogue.trim().split(/\s+/)

test('the catalogue has the 209 forms of version 4', () => {
  expect(new Set(names).size).toBe(209)
})

test('every form of the catalogue is declared', () => {
  const absent = names.filter((name) => !declared.has(name) && !special.includes(name))
  expect(absent).toEqual([])
})

test('nothing is declared that the catalogue does not have', () => {
  expect([...declared].filter((name) => !names.includes(name))).toEqual([])
})
