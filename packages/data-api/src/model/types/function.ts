import { failure } from '@vivarium/fql'
import { data, lambda, name, required, wrongType } from '../fields.ts'
import { defineType } from './define-type.ts'
import { resolveRole, roleField } from './role-setting.ts'

/**
 * User functions.
 *
 * @throws `schema validation failed` for a body that is a string: the later language's form
 * @see data-model §1.4
 */
export const functionType = defineType({
  label: 'Function',
  native: 'functions',
  fields: { name, body: { ...lambda, accepts: () => true }, role: roleField, data },
  retained: ['name'],
  isSchema: true,
  prepare: ({ view, fields, position }) => {
    const body = fields.get('body')
    if (typeof body === 'string') {
      const why = 'Invalid type provided for field `body`.'
      throw failure('schema validation failed', why, position)
    }
    const failures =
      body === undefined
        ? [required(['body'])]
        : lambda.accepts(body)
          ? []
          : [wrongType(['body'], body, lambda.type)]
    const role = fields.get('role')
    if (role === undefined || !roleField.accepts(role)) return { fields, failures }
    const resolved = resolveRole(view, role)
    return {
      fields: fields.with('role', resolved.role),
      failures: [...failures, ...resolved.failures],
    }
  },
})
