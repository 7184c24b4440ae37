import { DocumentValue } from '@vivarium/fql'
import type { Fields } from '../fields.ts'
import { mask } from '../patch.ts'
import type { DocumentType } from './document-type.ts'

/** A document type, from what sets it apart. */
export function defineType(
  type: Pick<DocumentType, 'label' | 'fields'> & Partial<DocumentType>,
): DocumentType {
  const isShown = shown(type.fields)
  return {
    retained: [],
    isWritable: true,
    isSchema: false,
    checksReferences: type.isSchema ?? false,
    isAllowedInContainer: false,
    newId: (view) => view.newId(),
    document: (ref, ts, fields) => new DocumentValue(ref, ts, isShown(fields)),
    prepare: ({ fields }) => ({ fields, failures: [] }),
    written: () => {},
    checkDeletion: () => {},
    dependents: () => [],
    deleted: () => {},
    ...type,
  }
}

function shown(fields: Fields) {
  const hidden = new Set(
    Object.entries(fields)
      .filter(([, { protection }]) => protection === 'internal')
      .map(([key]) => key),
  )
  return (object: Parameters<typeof mask>[0]) =>
    hidden.size === 0 ? object : mask(object, (key) => !hidden.has(key))
}
