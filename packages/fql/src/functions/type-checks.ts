/** Type checks (fql-v4 §4.3): any value, unresolved refs included; never an error. */
import * as cast from '../casts.ts'
import { define } from '../define.ts'
import { DocumentValue } from '../values/document.ts'
import { EventValue } from '../values/event.ts'
import { LambdaValue } from '../values/lambda.ts'
import { Double } from '../values/numbers.ts'
import { ObjectValue } from '../values/object.ts'
import { PageValue, SourcedValue } from '../values/page.ts'
import {
  asNativeCollection,
  type NativeCollection,
  nativeCollections,
  Ref,
  UnresolvedRef,
} from '../values/ref.ts'
import { SetValue } from '../values/set.ts'
import { DateValue, Time, TransactionTime } from '../values/time.ts'
import { Action, BytesValue, isArray, isInteger, Uuid, type Value } from '../values/value.ts'

function check<const K extends string>(key: K, holds: (value: Value) => boolean) {
  return define({
    args: { [key]: cast.any },
    effect: 'pure',
    evaluate: (args) => holds(args[key] as Value),
  })
}

export const isNumber = check('is_number', (v) => isInteger(v) || v instanceof Double)
export const isDouble = check('is_double', (v) => v instanceof Double)
export const isIntegerValue = check('is_integer', isInteger)
export const isBoolean = check('is_boolean', (v) => typeof v === 'boolean')
export const isNull = check('is_null', (v) => v === null)
export const isBytes = check('is_bytes', (v) => v instanceof BytesValue)
export const isDate = check('is_date', (v) => v instanceof DateValue)
export const isUuid = check('is_uuid', (v) => v instanceof Uuid)
export const isTimestamp = check(
  'is_timestamp',
  (v) => v instanceof Time || v instanceof TransactionTime,
)
export const isString = check('is_string', (v) => typeof v === 'string' || v instanceof Action)
export const isArrayValue = check('is_array', isArray)
export const isObject = check('is_object', (v) =>
  [ObjectValue, PageValue, DocumentValue, EventValue, SourcedValue].some((of) => v instanceof of),
)
export const isRef = check('is_ref', (v) => v instanceof Ref || v instanceof UnresolvedRef)
export const isDoc = check('is_doc', (v) => v instanceof Ref || v instanceof DocumentValue)
export const isSet = check(
  'is_set',
  (v) => v instanceof SetValue || (v instanceof Ref && asNativeCollection(v) !== undefined),
)
export const isLambda = check('is_lambda', (v) => v instanceof LambdaValue)

/** `is_collection` and its kin: a resolved ref to an item of a built-in collection, or its document. */
function checkKind<const K extends string>(key: K, native: NativeCollection) {
  return check(key, (value) => {
    const ref = value instanceof DocumentValue ? value.ref : value
    return ref instanceof Ref && ref.collection === nativeCollections[native]
  })
}

export const isCollection = checkKind('is_collection', 'collections')
export const isDatabase = checkKind('is_database', 'databases')
export const isIndex = checkKind('is_index', 'indexes')
export const isFunction = checkKind('is_function', 'functions')
export const isKey = checkKind('is_key', 'keys')
export const isToken = checkKind('is_token', 'tokens')
export const isCredentials = checkKind('is_credentials', 'credentials')
export const isRole = checkKind('is_role', 'roles')
