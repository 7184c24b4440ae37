import { expect, it } from 'vitest'
import { describeDataApi } from '../testing/describe-data-api.ts'
import { failure, invalid, required, wrongType } from '../testing/refusals.ts'
import { q, type TestCaller, type TestDataApi } from '../testing/test-data-api.ts'
import { type Claims, startIssuer, withProvider } from '../testing/test-issuer.ts'

const unauthorized = {
  status: 401,
  errors: [{ code: 'unauthorized', description: 'Unauthorized' }],
}
const fire = q.Get(q.Ref(q.Collection('spells'), 1))
const read = { data: { name: 'fire' } }

/** The claims of Cognito's tokens, issued to a client. */
const idToken = (client: string) => ({ aud: client, token_use: 'id' })
const accessToken = (client: string) => ({
  aud: undefined,
  client_id: client,
  token_use: 'access',
  scope: 'aws.cognito.signin.user.admin',
})

/** A database below the database `test`, its provider for an issuer, and an admin key of it. */
async function childWith(
  { admin, as }: Pick<TestDataApi, 'admin' | 'as'>,
  name: string,
): Promise<TestCaller> {
  await admin.query(q.CreateDatabase({ name }))
  const { secret } = await admin.query(q.CreateKey({ role: 'admin', database: q.Database(name) }))
  return as(secret)
}

describeDataApi('tokens for other audiences', (open) => {
  it('that are ID tokens open the database that claims their client', async () => {
    const api = await open()
    const { issuer, signedIn } = await withProvider(api, { audiences: ['app'], token_use: 'id' })
    const ged = await signedIn(idToken('app'))
    expect(await ged.query(fire)).toMatchObject(read)
    expect(await ged.query(q.CurrentIdentity())).toBe('ged')
    expect(await ged.query(q.CurrentToken())).toEqual({
      iss: issuer.url,
      sub: 'ged',
      ...idToken('app'),
    })
    for (const claims of [
      idToken('other'),
      accessToken('app'),
      { aud: 'app' },
      { aud: 'app', token_use: 'refresh' },
      { aud: 'app', token_use: ['id'] },
      { aud: undefined, client_id: 'app', token_use: 'id' },
      { ...idToken('app'), iss: `${issuer.url}/` },
    ]) {
      expect([claims, await (await signedIn(claims)).refusal(1)]).toEqual([claims, unauthorized])
    }
  })

  it('that are access tokens open the database that claims their client', async () => {
    const api = await open()
    const { signedIn } = await withProvider(api, { audiences: 'app', token_use: 'access' })
    expect(await (await signedIn(accessToken('app'))).query(fire)).toMatchObject(read)
    for (const claims of [
      accessToken('other'),
      idToken('app'),
      { aud: 'app', token_use: 'access' },
      { ...accessToken('other'), aud: 'app' },
      { ...accessToken('app'), client_id: ['app'] },
    ]) {
      expect([claims, await (await signedIn(claims)).refusal(1)]).toEqual([claims, unauthorized])
    }
  })

  it('may be of both kinds, or of none where their issuer makes one kind only', async () => {
    const api = await open()
    const both = { audiences: ['app', 'api'], token_use: ['id', 'access'] }
    const { signedIn } = await withProvider(api, both)
    const accepts = async (claims: Claims) => {
      const { secret } = await signedIn(claims)
      const answer = await api.send({ headers: { authorization: `Bearer ${secret}` }, body: '1' })
      return answer.status === 200
    }
    expect(await accepts(idToken('app'))).toBe(true)
    expect(await accepts(accessToken('api'))).toBe(true)
    expect(await accepts({ aud: 'app' })).toBe(false)
    await api.admin.query(q.Update(q.AccessProvider('people'), { token_use: null }))
    expect(await accepts(idToken('app'))).toBe(false)
    expect(await accepts(accessToken('api'))).toBe(false)
    expect(await accepts({ aud: 'app' })).toBe(true)
    expect(await accepts({ aud: ['x', 'api', 'app'] })).toBe(true)
    expect(await accepts({ aud: 'App' })).toBe(false)
    expect(await accepts({ aud: undefined, client_id: 'app' })).toBe(false)
  })

  it('leave those for the database itself alone', async () => {
    const api = await open()
    const { audience, signedIn } = await withProvider(api, { audiences: ['app'], token_use: 'id' })
    expect(await (await signedIn({ aud: audience })).query(fire)).toMatchObject(read)
    expect(await (await signedIn({ aud: [audience, 'app'] })).query(fire)).toMatchObject(read)
  })

  it('are accepted as long as the provider lists the audience', async () => {
    const api = await open()
    const { issuer, signedIn } = await withProvider(api, { audiences: ['a'], token_use: 'id' })
    const { admin } = api
    const people = q.AccessProvider('people')
    const [a, b] = [await signedIn(idToken('a')), await signedIn(idToken('b'))]
    expect(await a.query(fire)).toMatchObject(read)
    expect(await b.refusal(1)).toEqual(unauthorized)
    await admin.query(q.Update(people, { audiences: ['b'] }))
    expect(await a.refusal(1)).toEqual(unauthorized)
    expect(await b.query(fire)).toMatchObject(read)
    await admin.query(q.Update(people, { issuer: 'other' }))
    expect(await b.refusal(1)).toEqual(unauthorized)
    await admin.query(q.Update(people, { issuer: issuer.url }))
    expect(await b.query(fire)).toMatchObject(read)
    // What a replace does not give is gone, as in every document.
    await admin.query(q.Replace(people, {}))
    expect(await b.refusal(1)).toEqual(unauthorized)
    await admin.query(q.Update(people, { audiences: ['a', 'b'], token_use: 'id' }))
    expect(await b.query(fire)).toMatchObject(read)
    await admin.query(q.Delete(people))
    expect(await a.refusal(1)).toEqual(unauthorized)
    expect(await b.refusal(1)).toEqual(unauthorized)
  })

  it('open one database in the whole store', async () => {
    const api = await open()
    const { issuer, signedIn } = await withProvider(api, { audiences: ['app'], token_use: 'id' })
    const { admin } = api
    const child = await childWith(api, 'child')
    const provider = { name: 'p', issuer: issuer.url, jwks_uri: issuer.jwksUri }
    const taken = failure(
      ['audiences'],
      'duplicate value',
      'Audience `app` of this issuer is accepted by another database.',
    )
    const create = q.CreateAccessProvider({ ...provider, audiences: ['free', 'app'] })
    expect(await child.refusal(create)).toEqual(invalid(['create_access_provider'], taken))
    await child.query(q.CreateAccessProvider({ ...provider, audiences: ['free'] }))
    expect(await child.refusal(q.Update(q.AccessProvider('p'), { audiences: 'app' }))).toEqual(
      invalid([], taken),
    )
    // Another issuer's client of the same name is another client.
    const other = { name: 'o', issuer: 'other', jwks_uri: issuer.jwksUri, audiences: 'app' }
    await child.query(q.CreateAccessProvider(other))
    expect(await (await signedIn(idToken('app'))).query(fire)).toMatchObject(read)
    await admin.query(q.Update(q.AccessProvider('people'), { audiences: 'moved' }))
    await child.query(q.CreateRole({ name: 'nothing' }))
    await child.query(
      q.Update(q.AccessProvider('p'), { audiences: 'app', token_use: 'id', roles: 'nothing' }),
    )
    const ged = await signedIn(idToken('app'))
    expect(await ged.refusal(fire)).toMatchObject({ status: 400 })
    expect(await ged.query(q.CurrentIdentity())).toBe('ged')
    // A token that could open two opens none.
    expect(await (await signedIn({ ...idToken('app'), aud: ['app', 'moved'] })).refusal(1)).toEqual(
      unauthorized,
    )
    // What a database claimed is free when it is gone.
    await admin.query(q.Delete(q.Database('child')))
    expect(await ged.refusal(1)).toEqual(unauthorized)
    await admin.query(q.Update(q.AccessProvider('people'), { audiences: 'app' }))
    expect(await ged.query(fire)).toMatchObject(read)
  })

  it('leave nothing behind of what is claimed no more', async () => {
    const { admin, dump } = await open()
    const { url, jwksUri } = await startIssuer()
    const claims = async () => (await dump()).filter((record) => record.startsWith('f061')).length
    const fields = { name: 'p', issuer: url, jwks_uri: jwksUri, audiences: ['a', 'b'] }
    await admin.query(q.CreateAccessProvider(fields))
    expect(await claims()).toBe(2)
    await admin.query(q.Update(q.AccessProvider('p'), { issuer: 'other', audiences: ['a'] }))
    expect(await claims()).toBe(1)
    await admin.query(q.Delete(q.AccessProvider('p')))
    expect(await claims()).toBe(0)
  })

  it('open the root database, which is no audience itself', async () => {
    const api = await open()
    const { root, as } = api
    const fields = { audiences: 'app', token_use: 'id' }
    const { signedIn } = await withProvider({ admin: root, as }, fields)
    expect(await (await signedIn(idToken('app'))).query(fire)).toMatchObject(read)
    const rootAudience = 'https://db.fauna.com/db/yyyyyyyyyyyyy'
    expect(await (await signedIn({ aud: rootAudience })).refusal(1)).toEqual(unauthorized)
    expect(await (await signedIn(idToken(rootAudience))).refusal(1)).toEqual(unauthorized)
  })

  it('move with their database', async () => {
    const api = await open()
    const child = await childWith(api, 'child')
    const { signedIn } = await withProvider(
      { admin: child, as: api.as },
      { audiences: 'app', token_use: 'id' },
    )
    const ged = await signedIn(idToken('app'))
    expect(await ged.query(fire)).toMatchObject(read)
    await api.admin.query(q.Update(q.Database('child'), { name: 'renamed' }))
    expect(await ged.query(fire)).toMatchObject(read)
  })

  it('are claimed by providers alone, in fields of the right form', async () => {
    const { admin } = await open()
    const { url, jwksUri } = await startIssuer()
    const minimal = { name: 'p', issuer: url, jwks_uri: jwksUri }
    const failures = async (fields: object) => {
      const { errors } = await admin.refusal(q.CreateAccessProvider({ ...minimal, ...fields }))
      return (errors[0] as { failures: unknown }).failures
    }
    const refusedAudiences = (why: string) => [failure(['audiences'], 'validation failure', why)]
    const foreign = 'https://db.fauna.com/db/yifoif7uyyyyy'
    expect(await failures({ audiences: 1, token_use: 1 })).toEqual([
      wrongType('Long', 'String Array', 'audiences'),
      wrongType('Long', 'String Array', 'token_use'),
    ])
    expect(await failures({ audiences: ['a', 1] })).toEqual([
      wrongType('Array', 'String Array', 'audiences'),
    ])
    expect(await failures({ audiences: ['a', foreign] })).toEqual(
      refusedAudiences(`Audience \`${foreign}\` stands for a database.`),
    )
    for (const audience of ['', 'a'.repeat(1025)]) {
      expect(await failures({ audiences: audience })).toEqual(
        refusedAudiences('An audience has 1 to 1024 characters.'),
      )
    }
    const many = (length: number) => Array.from({ length }, (_, i) => `a${i}`)
    expect(await failures({ audiences: many(65) })).toEqual(
      refusedAudiences('At most 64 audiences are allowed.'),
    )
    for (const use of ['refresh', ['id', 'Id']]) {
      expect(await failures({ audiences: 'a', token_use: use })).toEqual([
        failure(['token_use'], 'validation failure', 'A token use is `id` or `access`.'),
      ])
    }
    expect(await failures({ token_use: 'id' })).toEqual([required('audiences')])
    const fields = { audiences: many(64), token_use: ['access', 'id'] }
    expect(await admin.query(q.CreateAccessProvider({ ...minimal, ...fields }))).toMatchObject(
      fields,
    )
  })
})
