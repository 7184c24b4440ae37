import { expect, it } from 'vitest'
import { describeDataApi } from '../../testing/describe-data-api.ts'
import {
  alreadyExists,
  failure,
  invalid,
  notFound,
  refused,
  required,
  wrongType,
} from '../../testing/refusals.ts'
import { q } from '../../testing/test-data-api.ts'

const body = q.Query(q.Lambda('x', q.Var('x')))

describeDataApi('functions', (open) => {
  it('render their body as a query of version 4', async () => {
    const { server } = await open()
    const made = await server.json(q.CreateFunction({ name: 'same', body }))
    expect(JSON.parse(made)).toMatchObject({
      name: 'same',
      body: { '@query': { api_version: '4', lambda: 'x', expr: { var: 'x' } } },
    })
    expect(await server.json(q.Get(q.Function('same')))).toBe(made)
  })

  it('need a name and a body', async () => {
    const { server } = await open()
    expect(await server.refusal(q.CreateFunction({}))).toMatchObject({
      errors: [{ failures: [required('name')] }],
    })
    expect(await server.refusal(q.CreateFunction({ name: 'f' }))).toEqual(
      invalid(['create_function'], required('body')),
    )
    expect(await server.refusal(q.CreateFunction({ name: 'f', body: 1 }))).toEqual(
      invalid(['create_function'], wrongType('Long', 'Query', 'body')),
    )
    expect(await server.refusal(q.CreateFunction({ name: 'f', body: 'x => x' }))).toEqual(
      refused(400, 'schema validation failed', 'Invalid type provided for field `body`.', [
        'create_function',
      ]),
    )
  })

  it('have a built-in role, a role of the database, or several', async () => {
    const { admin } = await open()
    const { ref } = await admin.query(q.CreateRole({ name: 'r', privileges: [] }))
    const roles = ['admin', 'server', 'server-readonly', 'client', ref]
    for (const [i, role] of roles.entries()) {
      const made = await admin.query(q.CreateFunction({ name: `f${i}`, body, role }))
      expect(made.role).toEqual(role)
    }
    expect(
      await admin.query(q.CreateFunction({ name: 'g', body, role: ['r', ref] })),
    ).toMatchObject({
      role: [ref, ref],
    })
    const noRole = failure(['role'], 'validation failure', 'Role name `no` does not exist.')
    expect(await admin.refusal(q.CreateFunction({ name: 'h', body, role: 'no' }))).toEqual(
      invalid(['create_function'], noRole),
    )
    for (const role of [1, ['admin'], q.Collections()]) {
      expect(await admin.refusal(q.CreateFunction({ name: 'h', body, role }))).toMatchObject({
        errors: [{ failures: [{ field: ['role'], code: 'invalid type' }] }],
      })
    }
  })

  it('of a server key have a built-in role, but none that it cannot read', async () => {
    const { admin, server } = await open()
    const { ref } = await admin.query(q.CreateRole({ name: 'r', privileges: [] }))
    await server.query(q.CreateFunction({ name: 'f', body, role: 'admin' }))
    expect(await server.refusal(q.CreateFunction({ name: 'g', body, role: ref }))).toEqual(
      invalid(
        ['create_function'],
        failure(['role'], 'invalid reference', 'Cannot read reference.'),
      ),
    )
  })

  it('survive the renaming of what their body refers to', async () => {
    const { server } = await open()
    const { ref } = await server.query(q.CreateCollection({ name: 'x' }))
    const made = q.Query(q.Lambda('_', q.Select('name', q.Get(ref))))
    await server.query(q.CreateFunction({ name: 'f', body: made }))
    await server.query(q.Update(ref, { name: 'y' }))
    await server.query(q.CreateCollection({ name: 'x' }))
    expect(await server.query(q.Call('f'))).toBe('y')
    const shown = JSON.parse(await server.json(q.Select('body', q.Get(q.Function('f')))))
    expect(shown['@query'].expr.from.get['@ref'].id).toBe('y')
  })

  it('keep their name when they are replaced, and need a body', async () => {
    const { server } = await open()
    await server.query(q.CreateFunction({ name: 'f', body, data: { a: 1 } }))
    expect(await server.refusal(q.Replace(q.Function('f'), {}))).toEqual(
      invalid([], required('body')),
    )
    expect(await server.query(q.Replace(q.Function('f'), { body }))).not.toHaveProperty('data')
    expect(await server.refusal(q.CreateFunction({ name: 'f', body }))).toEqual(
      alreadyExists('Function', 'create_function'),
    )
  })

  it('that were deleted are missing by name and by ref', async () => {
    const { server } = await open()
    const { ref } = await server.query(q.CreateFunction({ name: 'f', body }))
    expect(await server.query(q.Let({ f: ref }, q.Do(q.Call(q.Var('f'), 1))))).toBe(1)
    const inOne = q.Let({ f: ref }, q.Do(q.Delete(q.Var('f')), q.Call(q.Var('f'), 1)))
    expect(await server.refusal(inOne)).toEqual(notFound('Function', 'in', 'do', 1, 'call'))
    await server.query(q.Delete(ref))
    expect(await server.refusal(q.Call('f', 1))).toEqual(
      refused(400, 'invalid ref', "Ref refers to undefined function 'f'", ['call']),
    )
  })
})
