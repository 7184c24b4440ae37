/** Looking into values (fql-v4 §4.4). */
import * as cast from '../casts.ts'
import type { Context } from '../context.ts'
import { define } from '../define.ts'
import { expected, invalidArgument, valueNotFound } from '../errors.ts'
import type { Position } from '../position.ts'
import { allAt, type Path, valueAt } from '../values/path.ts'
import { UnresolvedRef } from '../values/ref.ts'
import { typeName } from '../values/type-name.ts'
import { isArray, type Value } from '../values/value.ts'
import { hasValue } from './contains-value.ts'

interface Selection {
  readonly path: Path
  readonly from: Value
  readonly all: boolean
  readonly otherwise: (() => Value) | undefined
}

function selected(selection: Selection, context: Context, position: Position): Value {
  const { path, from, all, otherwise } = selection
  refuseUnresolved(from, position.at('from'))
  if (all) return allAt(from, path, context.documents)
  const found = valueAt(from, path, context.documents)
  if (found !== undefined) return found
  if (otherwise !== undefined) return otherwise()
  throw valueNotFound(path, position.at('from'))
}

function refuseUnresolved(value: Value, position: Position): void {
  if (value instanceof UnresolvedRef) throw cast.unresolvedError(value, position)
}

/**
 * Select(path, from, default): the value at a path. The default is evaluated only if there is none.
 *
 * With `all`, an array: the path goes on in every element of every array on its way.
 *
 * @throws `value not found` at `from`
 * @see fql-v4 §4.4
 */
export const select = define({
  args: {
    select: cast.path,
    from: cast.any,
    all: cast.optional(cast.boolean),
    default: cast.optional(cast.lazy),
  },
  effect: 'pure',
  since: '3',
  evaluate: ({ select: path, from, all, default: otherwise }, { context, position }) =>
    selected({ path, from, all: all ?? false, otherwise }, context, position),
})

/** Select before version 3: the default is evaluated in any case. */
export const selectEagerly = define({
  args: {
    select: cast.path,
    from: cast.any,
    all: cast.optional(cast.boolean),
    default: cast.optional(cast.any),
  },
  effect: 'pure',
  until: '2.12',
  evaluate: ({ select: path, from, all, default: value }, { context, position }) => {
    const otherwise = value === undefined ? undefined : () => value
    return selected({ path, from, all: all ?? false, otherwise }, context, position)
  },
})

/**
 * SelectAll(path, from): Select with `all`.
 *
 * @see fql-v4 §4.4
 */
export const selectAll = define({
  args: { select_all: cast.path, from: cast.any, default: cast.optional(cast.lazy) },
  effect: 'pure',
  alias: ['select_as_index'],
  evaluate: ({ select_all: path, from }, { context, position }) =>
    selected({ path, from, all: true, otherwise: undefined }, context, position),
})

/**
 * ContainsPath(path, in): whether the path leads to a value.
 *
 * @see fql-v4 §4.4
 */
export const containsPath = define({
  args: { contains_path: cast.path, in: cast.any },
  effect: 'pure',
  since: '3',
  evaluate: ({ contains_path: path, in: from }, { context, position }) => {
    refuseUnresolved(from, position.at('in'))
    return valueAt(from, path, context.documents) !== undefined
  },
})

/** Contains(path, in): the older name of ContainsPath. */
export const contains = define({
  args: { contains: cast.path, in: cast.any },
  effect: 'pure',
  evaluate: ({ contains: path, in: from }, { context, position }) => {
    refuseUnresolved(from, position.at('in'))
    return valueAt(from, path, context.documents) !== undefined
  },
})

/**
 * ContainsField(field, in): whether an object has the field.
 *
 * @throws `Object expected` for an array; other values simply do not have it
 * @see fql-v4 §4.4
 */
export const containsField = define({
  args: { contains_field: cast.string, in: cast.any },
  effect: 'pure',
  since: '3',
  evaluate: ({ contains_field: field, in: from }, { context, position }) => {
    if (isArray(from)) {
      throw invalidArgument(expected(['Object'], typeName(from)), position.at('in'))
    }
    refuseUnresolved(from, position.at('in'))
    return valueAt(from, [field], context.documents) !== undefined
  },
})

/**
 * ContainsValue(value, in): whether a value is among those of an object, array, page, set or ref.
 *
 * @throws for other scalars; `permission denied` at the form for a set that may not be read
 * @see fql-v4 §4.4
 */
export const containsValue = define({
  args: { contains_value: cast.any, in: cast.any },
  effect: 'read',
  since: '3',
  evaluate: ({ contains_value: value, in: from }, { context, position }) =>
    hasValue(from, value, context, position),
})
