import {
  asNativeCollection,
  type DatabaseId,
  isNamed,
  type NativeCollection,
  nativeOf,
  type Ref,
  type RefDescription,
} from '@vivarium/fql'
import { decodeVersion } from './codec.ts'
import { documentKey } from './keys.ts'
import { databaseDocument, databasePath } from './schema.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/**
 * How a ref renders for a caller in `from`: by the names that things have now. Undefined if the collection
 * or the named thing no longer exists (wire §5.3).
 */
export function describeRef(
  unit: UnitOfWork,
  ref: Ref,
  from: DatabaseId,
): RefDescription | undefined {
  const databases = ref.database === from ? [] : pathBetween(unit, ref.database, from)
  if (databases === undefined) return undefined
  const itself = asNativeCollection(ref)
  if (itself !== undefined) return { id: itself, collection: undefined, databases }
  const native = nativeOf(ref)
  if (native === undefined) {
    const name = unit.schema(ref.database).collections.get(ref.collection)?.name
    if (name === undefined) return undefined
    return { id: String(ref.id), collection: { name, isNative: false }, databases }
  }
  const id = isNamed(native) ? nameOf(unit, ref, native) : String(ref.id)
  return id === undefined
    ? undefined
    : { id, collection: { name: native, isNative: true }, databases }
}

function nameOf(unit: UnitOfWork, ref: Ref, native: NativeCollection): string | undefined {
  const schema = unit.schema(ref.database)
  switch (native) {
    case 'collections':
      return schema.collections.get(Number(ref.id))?.name
    case 'indexes':
      return schema.indexes.get(Number(ref.id))?.name
    case 'functions':
      return schema.functions.get(ref.id)?.name
    case 'roles':
      return schema.roles.get(ref.id)?.name
    default:
      return storedName(unit, ref)
  }
}

/** The name in a document that the schema does not keep: a database or an access provider. */
export function storedName(unit: UnitOfWork, ref: Ref): string | undefined {
  const bytes = unit.transaction.unmetered.get(documentKey(ref))
  if (bytes === undefined) return undefined
  const name = decodeVersion(bytes, unit.lambdas(ref.database)).fields.get('name')
  return typeof name === 'string' ? name : undefined
}

/** The names of the databases from `from` (exclusive) down to `database`; undefined if it is elsewhere. */
function pathBetween(
  unit: UnitOfWork,
  database: DatabaseId,
  from: DatabaseId,
): readonly string[] | undefined {
  const names = databasePath(unit.transaction.unmetered, from, database)?.map((one) => {
    const document = databaseDocument(unit.transaction.unmetered, one)
    return document && storedName(unit, document)
  })
  return names?.every((name) => name !== undefined) ? names : undefined
}

/** Whether `database` is `ancestor` or lies below it. */
export function isWithin(unit: UnitOfWork, database: DatabaseId, ancestor: DatabaseId): boolean {
  return databasePath(unit.transaction.unmetered, ancestor, database) !== undefined
}
