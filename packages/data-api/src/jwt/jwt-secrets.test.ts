import { createHmac } from 'node:crypto'
import { SignJWT } from 'jose'
import { expect, it } from 'vitest'
import { describeDataApi } from '../testing/describe-data-api.ts'
import { permissionDenied, refused } from '../testing/refusals.ts'
import { q, type TestDataApi } from '../testing/test-data-api.ts'
import { publicJwk, sendJson, withProvider } from '../testing/test-issuer.ts'

const unauthorized = {
  status: 401,
  errors: [{ code: 'unauthorized', description: 'Unauthorized' }],
}
const fire = q.Get(q.Ref(q.Collection('spells'), 1))
const read = { data: { name: 'fire' } }
const base64url = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64url')

/** The test clock's time in whole seconds, as claims have it. */
const seconds = ({ clock }: TestDataApi) => Number(clock.micros / 1_000_000n)

describeDataApi('tokens of access providers', (open) => {
  it('open their database with the roles of the provider', async () => {
    const api = await open()
    const { signedIn } = await withProvider(api)
    const ged = await signedIn({ scope: '@doc/spells/1', role: 'admin' })
    expect(await ged.query(fire)).toMatchObject(read)
    expect(await ged.refusal(q.Create(q.Collection('spells'), {}))).toEqual(
      permissionDenied('create'),
    )
    expect(await ged.refusal(q.CreateCollection({ name: 'x' }))).toEqual(
      permissionDenied('create_collection'),
    )
    const headers = { authorization: `Bearer ${ged.secret}` }
    expect(await api.send({ path: '/authorized', method: 'GET', headers })).toMatchObject({
      status: 200,
      body: expect.stringContaining('global_id'),
    })
  })

  it('are accepted as bearers only', async () => {
    const api = await open()
    const { signedIn } = await withProvider(api)
    const { secret } = await signedIn()
    const status = async (authorization: string) => {
      const answer = await api.send({ headers: { authorization }, body: '1' })
      return answer.status
    }
    expect(await status(`Bearer ${secret}`)).toBe(200)
    expect(await status(`Basic ${Buffer.from(`${secret}:`).toString('base64')}`)).toBe(401)
    expect(await status(`bearer ${secret}`)).toBe(401)
    expect(await status(`Bearer ${secret}:admin`)).toBe(401)
    expect(await status(`Bearer ${secret}:@role/reader`)).toBe(401)
  })

  it('have three parts, two of them JSON objects', async () => {
    const api = await open()
    const { issuer, signedIn } = await withProvider(api)
    const { secret } = await signedIn()
    const [head = '', payload = '', signature = ''] = secret.split('.')
    const malformed = [
      'ey.',
      'ey..',
      'eyA.eyA.eyA',
      `${head}.${payload}`,
      `${head}.${payload}.`,
      `${head}.${payload}.${signature}.${signature}`,
      `${head}.${payload}.${signature}=`,
      `${head}.${payload}.+${signature}`,
      `${head}.${base64url([])}.${signature}`,
      `${head}.${base64url('text')}.${signature}`,
      `${base64url([])}.${payload}.${signature}`,
      `${head}.eyJhIjoi_yJ9.${signature}`,
    ]
    for (const secret of malformed) {
      expect([secret, await api.as(secret).refusal(1)]).toEqual([secret, unauthorized])
    }
    expect(issuer.requests).toHaveLength(0)
  })

  it('are signed by RSA, with a key that the provider lists', async () => {
    const api = await open()
    const { issuer, signedIn } = await withProvider(api)
    const { secret } = await signedIn()
    const [head = '', payload = '', signature = ''] = secret.split('.')
    const publicKey = JSON.stringify(await publicJwk(0))
    const other = await signedIn({ sub: 'other' })
    const [, otherPayload] = other.secret.split('.')
    const unsigned = (header: object, sign = (_: string) => signature) => {
      const text = `${base64url({ kid: 'key0', ...header })}.${payload}`
      return `${text}.${sign(text)}`
    }
    const forged = [
      `${head}.${otherPayload}.${signature}`,
      `${head}.${payload}.${signature.slice(4)}AAAA`,
      unsigned({ alg: 'none' }),
      unsigned({ alg: 'NONE' }),
      unsigned({}),
      unsigned({ alg: ['RS256'] }),
      unsigned({ alg: 'RS384' }),
      unsigned({ alg: 'PS256' }),
      unsigned({ alg: 'ES256' }),
      // The classical confusion: the public key as the secret of a symmetric signature.
      unsigned({ alg: 'HS256' }, (text) => hmac(text, publicKey)),
    ]
    for (const secret of forged) expect(await api.as(secret).refusal(1)).toEqual(unauthorized)
    for (const alg of ['HS256', 'HS384', 'HS512']) {
      const text = await new SignJWT({ iss: issuer.url })
        .setProtectedHeader({ alg })
        .sign(Buffer.alloc(64, 1))
      expect(await api.as(text).refusal(1)).toEqual(unauthorized)
    }
    // The key is there, but the token names, or was signed by, another.
    expect(await (await signedIn({}, { pair: 1 })).refusal(1)).toEqual(unauthorized)
    const wrongId = await signedIn({}, { pair: 1, header: { kid: 'key0' } })
    expect(await wrongId.refusal(1)).toEqual(unauthorized)
    const critical = await signedIn({}, { header: { crit: ['x'] } })
    expect(await critical.refusal(1)).toEqual(unauthorized)
    expect(await api.as(secret).query(fire)).toMatchObject(read)
  })

  it('may be signed with SHA-384 and SHA-512, if the key is not for another algorithm', async () => {
    const api = await open()
    const { issuer, signedIn } = await withProvider(api)
    const { alg: _, ...key } = await publicJwk(0)
    for (const alg of ['RS256', 'RS384', 'RS512']) {
      api.clock.advance({ seconds: 3600 })
      issuer.publish(key)
      const any = await signedIn({}, { header: { alg } })
      expect(await any.query(fire)).toMatchObject(read)
      api.clock.advance({ seconds: 3600 })
      issuer.publish(await publicJwk(0, { alg: alg === 'RS256' ? 'RS512' : 'RS256' }))
      const other = await signedIn({ other: true }, { header: { alg } })
      expect(await other.refusal(1)).toEqual(unauthorized)
    }
  })

  it('name their key, unless there is only one', async () => {
    const api = await open()
    const { issuer, signedIn } = await withProvider(api)
    const nameless = { header: { kid: null } }
    expect(await (await signedIn({}, nameless)).query(fire)).toMatchObject(read)
    issuer.publish(await publicJwk(0), await publicJwk(1))
    api.clock.advance({ seconds: 3600 })
    expect(await (await signedIn({ a: 1 }, nameless)).refusal(1)).toEqual(unauthorized)
    expect(await (await signedIn({}, { pair: 1 })).query(fire)).toMatchObject(read)
  })

  it('end when they expire, to the second', async () => {
    const api = await open()
    const { signedIn } = await withProvider(api)
    const ged = await signedIn({ exp: seconds(api) + 60 })
    expect(await ged.query(fire)).toMatchObject(read)
    api.clock.advance({ seconds: 59 })
    expect(await ged.query(fire)).toMatchObject(read)
    api.clock.advance({ seconds: 1 })
    expect(await ged.refusal(1)).toEqual(unauthorized)
    const fraction = await signedIn({ exp: seconds(api) + 0.5 })
    expect(await fraction.query(fire)).toMatchObject(read)
    api.clock.advance({ seconds: 1 })
    expect(await fraction.refusal(1)).toEqual(unauthorized)
  })

  it('begin after their time to begin', async () => {
    const api = await open()
    const { signedIn } = await withProvider(api)
    const ged = await signedIn({ nbf: seconds(api) + 60 })
    expect(await ged.refusal(1)).toEqual(unauthorized)
    api.clock.advance({ seconds: 59 })
    expect(await ged.refusal(1)).toEqual(unauthorized)
    api.clock.advance({ seconds: 2 })
    expect(await ged.query(fire)).toMatchObject(read)
  })

  it('whose times are no times are refused', async () => {
    const api = await open()
    const { signedIn } = await withProvider(api)
    for (const time of ['never', null, true, {}, [seconds(api) + 60]]) {
      for (const claim of ['exp', 'nbf']) {
        const caller = await signedIn({ [claim]: time })
        expect([claim, time, await caller.refusal(1)]).toEqual([claim, time, unauthorized])
      }
    }
  })

  it('are for exactly one database, and not for the root', async () => {
    const api = await open()
    const { root } = api
    const { audience, signedIn } = await withProvider(api)
    const { global_id } = await root.query(q.CreateDatabase({ name: 'other' }))
    const prefix = 'https://db.fauna.com/db/'
    const several = await signedIn({ aud: ['https://app.example', audience, 'x'] })
    expect(await several.query(fire)).toMatchObject(read)
    const refusedAudiences = [
      [audience, `${prefix}${global_id}`],
      [audience, audience],
      [audience, `${prefix}`],
      `${prefix}${global_id}`,
      `${prefix}yyyyyyyyyyyyy`,
      `${prefix}`,
      `${audience}/`,
      `${audience}y`,
      audience.slice(0, -1),
      audience.toUpperCase(),
      'https://app.example',
      [],
      '',
      [audience, 1],
      { audience },
      1,
      null,
    ]
    for (const aud of refusedAudiences) {
      const caller = await signedIn({ aud })
      expect([aud, await caller.refusal(1)]).toEqual([aud, unauthorized])
    }
  })

  it('are of the issuer of a provider of that database', async () => {
    const api = await open()
    const { issuer, audience, signedIn } = await withProvider(api)
    const issuers = [`${issuer.url}/`, audience, '', 1, null, [issuer.url]]
    for (const iss of issuers) {
      expect(await (await signedIn({ iss })).refusal(1)).toEqual(unauthorized)
    }
    // Nobody may issue tokens in the name of the database.
    await api.admin.query(q.Update(q.AccessProvider('people'), { issuer: audience }))
    expect(await (await signedIn({ iss: audience })).refusal(1)).toEqual(unauthorized)
  })

  it('are refused with the next request when their provider is deleted or changed', async () => {
    const api = await open()
    const { issuer, signedIn } = await withProvider(api)
    const { admin } = api
    const people = q.AccessProvider('people')
    const ged = await signedIn()
    const accepted = async () => (await ged.query(fire)).data
    expect(await accepted()).toEqual(read.data)
    await admin.query(q.Update(people, { roles: [] }))
    expect(await ged.refusal(1)).toEqual(unauthorized)
    await admin.query(q.Update(people, { roles: 'reader' }))
    expect(await accepted()).toEqual(read.data)
    await admin.query(q.Update(people, { issuer: 'other' }))
    expect(await ged.refusal(1)).toEqual(unauthorized)
    await admin.query(q.Update(people, { issuer: issuer.url }))
    expect(await accepted()).toEqual(read.data)
    // Proven by the keys at one address is not proven by those at another.
    await admin.query(q.Update(people, { jwks_uri: `${issuer.url}/other` }))
    issuer.publish(await publicJwk(1))
    expect(await ged.refusal(1)).toEqual(unauthorized)
    await admin.query(q.Update(people, { jwks_uri: issuer.jwksUri }))
    expect(await accepted()).toEqual(read.data)
    await admin.query(q.Delete(q.Role('reader')))
    expect(await ged.refusal(1)).toEqual(unauthorized)
    await admin.query(q.CreateRole({ name: 'reader' }))
    expect(await ged.refusal(1)).toEqual(unauthorized)
    await admin.query(q.Update(people, { roles: 'reader' }))
    expect(await ged.refusal(fire)).toEqual(permissionDenied())
    await admin.query(q.Delete(people))
    expect(await ged.refusal(1)).toEqual(unauthorized)
  })

  it('open databases below, as long as these exist', async () => {
    const api = await open()
    const { admin, as } = api
    await admin.query(q.CreateDatabase({ name: 'child' }))
    const { secret } = await admin.query(
      q.CreateKey({ role: 'admin', database: q.Database('child') }),
    )
    const { signedIn } = await withProvider({ admin: as(secret), as })
    const ged = await signedIn()
    expect(await ged.query(fire)).toMatchObject(read)
    await admin.query(q.Update(q.Database('child'), { name: 'renamed' }))
    expect(await ged.query(fire)).toMatchObject(read)
    await admin.query(q.Delete(q.Database('renamed')))
    expect(await ged.refusal(1)).toEqual(unauthorized)
  })
})

describeDataApi('the roles of a token', (open) => {
  it('are those whose predicates accept its claims', async () => {
    const api = await open()
    const { signedIn } = await withProvider(api)
    const { admin } = api
    const privileges = [{ resource: q.Collection('spells'), actions: { create: true } }]
    await admin.query(q.CreateRole({ name: 'writer', privileges }))
    const inGroup = (group: string) =>
      q.Query(q.Lambda('claims', q.Equals(q.Select('group', q.Var('claims')), group)))
    await admin.query(
      q.Update(q.AccessProvider('people'), {
        roles: [
          { role: 'reader', predicate: inGroup('students') },
          { role: 'writer', predicate: inGroup('masters') },
        ],
      }),
    )
    const create = q.Create(q.Collection('spells'), {})
    const student = await signedIn({ group: 'students' })
    expect(await student.query(fire)).toMatchObject(read)
    expect(await student.refusal(create)).toEqual(permissionDenied('create'))
    const master = await signedIn({ group: 'masters' })
    expect(await master.answer(create)).toMatchObject({ status: 201 })
    expect(await master.refusal(fire)).toEqual(permissionDenied())
    // No claim, and so an error, is a no; without any role there is no caller.
    expect(await (await signedIn({ group: 'guests' })).refusal(1)).toEqual(unauthorized)
    expect(await (await signedIn({})).refusal(1)).toEqual(unauthorized)
  })

  it('are granted on true alone, by predicates that only read', async () => {
    const api = await open()
    const { signedIn } = await withProvider(api)
    const { admin } = api
    const people = q.AccessProvider('people')
    const ged = await signedIn({ admin: true, name: 'fire' })
    const granted = async (predicate: ReturnType<typeof q.Lambda>) => {
      await admin.query(
        q.Update(people, { roles: { role: 'reader', predicate: q.Query(predicate) } }),
      )
      const { status } = await api.send({
        headers: { authorization: `Bearer ${ged.secret}` },
        body: '1',
      })
      return status === 200
    }
    expect(await granted(q.Lambda('_', true))).toBe(true)
    for (const value of [false, 1, 'true', [true], { a: true }]) {
      expect(await granted(q.Lambda('_', value))).toBe(false)
    }
    expect(await granted(q.Lambda('x', q.Select('admin', q.Var('x'))))).toBe(true)
    expect(await granted(q.Lambda('x', q.Abort('no')))).toBe(false)
    expect(await granted(q.Lambda(['x', 'y'], true))).toBe(false)
    expect(await granted(q.Lambda('x', q.Do(q.NewId(), true)))).toBe(false)
    const writes = q.Do(q.Create(q.Collection('spells'), {}), true)
    expect(await granted(q.Lambda('x', writes))).toBe(false)
    // It reads documents, and sees who asks.
    const name = q.Select(['data', 'name'], fire)
    expect(await granted(q.Lambda('x', q.Equals(name, q.Select('name', q.Var('x')))))).toBe(true)
    expect(await granted(q.Lambda('x', q.Equals(q.CurrentToken(), q.Var('x'))))).toBe(true)
    expect(await granted(q.Lambda('x', q.Equals(q.CurrentIdentity(), 'ged')))).toBe(true)
    const secret = q.Get(q.Select(['data', 0], q.Paginate(q.Keys())))
    expect(await granted(q.Lambda('x', q.Do(secret, true)))).toBe(false)
  })

  it('ask their predicates with the claims at hand', async () => {
    const api = await open()
    const { signedIn } = await withProvider(api)
    const own = q.Lambda(
      'ref',
      q.Equals(q.Select(['data', 'owner'], q.Get(q.Var('ref'))), q.CurrentIdentity()),
    )
    const wise = q.Lambda('data', q.Equals(q.Select('wise', q.CurrentToken(), false), true))
    const actions = { read: q.Query(own), create: q.Query(wise) }
    await api.admin.query(
      q.Update(q.Role('reader'), { privileges: { resource: q.Collection('spells'), actions } }),
    )
    const create = (owner: string) => q.Create(q.Collection('spells'), { data: { owner } })
    const ged = await signedIn({ sub: 'ged', wise: true })
    const { ref } = await ged.query(create('ged'))
    expect(await ged.query(q.Get(ref))).toMatchObject({ data: { owner: 'ged' } })
    const jasper = await signedIn({ sub: 'jasper' })
    expect(await jasper.refusal(q.Get(ref))).toEqual(permissionDenied())
    expect(await jasper.refusal(create('jasper'))).toEqual(permissionDenied('create'))
  })
})

describeDataApi('who has a token', (open) => {
  it('is its subject, and its claims', async () => {
    const api = await open()
    const { issuer, audience, signedIn } = await withProvider(api)
    const ged = await signedIn({ list: [1, null, { a: 'é' }], '@ref': { id: 'x' } })
    expect(await ged.query(q.CurrentIdentity())).toBe('ged')
    expect(await ged.query(q.HasCurrentIdentity())).toBe(true)
    expect(await ged.query(q.HasCurrentToken())).toBe(true)
    expect(await ged.json(q.CurrentToken())).toBe(
      `{"@obj":{"iss":"${issuer.url}","aud":"${audience}","sub":"ged",` +
        '"list":[1,null,{"a":"é"}],"@ref":{"id":"x"}}}',
    )
    expect(await ged.query(q.Logout(true))).toBe(false)
    expect(await ged.query(q.Logout(false))).toBe(false)
  })

  it('is nobody without a subject', async () => {
    const api = await open()
    const { signedIn } = await withProvider(api)
    for (const sub of [undefined, null]) {
      const caller = await signedIn({ sub })
      expect(await caller.query(q.HasCurrentIdentity())).toBe(false)
      expect(await caller.query(q.HasCurrentToken())).toBe(true)
      expect(await caller.refusal(q.CurrentIdentity())).toEqual(
        refused(400, 'missing identity', 'Authentication does not contain an identity', []),
      )
    }
  })

  it('can be asked by who may read the database', async () => {
    const api = await open()
    const { root, admin, server, as } = api
    const { issuer, signedIn } = await withProvider(api)
    const { secret } = await signedIn()
    const database = await root.query(q.Database('test'))
    expect(await root.query(q.KeyFromSecret(secret))).toEqual({ database })
    // Their own database is none of what is in it.
    expect(await admin.refusal(q.KeyFromSecret(secret))).toEqual(permissionDenied())
    expect(await server.refusal(q.KeyFromSecret(secret))).toEqual(permissionDenied())
    expect(await as(secret).refusal(q.KeyFromSecret(secret))).toEqual(permissionDenied())
    const missing = (text: string) =>
      refused(400, 'instance not found', `No key found for secret ${text}.`, [])
    const [head, payload] = secret.split('.')
    for (const text of ['ey.', `${head}.${payload}.AAAA`]) {
      expect(await root.refusal(q.KeyFromSecret(text))).toEqual(missing(text))
    }
    const expired = await issuer.sign({ aud: 'x', exp: 1 })
    expect(await root.refusal(q.KeyFromSecret(expired))).toEqual(missing(expired))
  })

  it('cannot be asked about without end', async () => {
    const api = await open()
    const { signedIn } = await withProvider(api)
    const asked = await Promise.all(
      Array.from({ length: 9 }, async (_, i) => q.KeyFromSecret((await signedIn({ i })).secret)),
    )
    expect(await api.root.query(asked.slice(0, 8))).toHaveLength(8)
    expect(await api.root.refusal(asked)).toEqual({
      status: 400,
      errors: [
        { code: 'bad request', description: 'A query may check at most 8 JSON Web Tokens.' },
      ],
    })
  })
})

describeDataApi('keys of issuers', (open) => {
  it('are fetched once for many requests, and again when a token names a new one', async () => {
    const api = await open()
    const { issuer, signedIn } = await withProvider(api)
    const callers = await Promise.all(Array.from({ length: 5 }, (_, i) => signedIn({ i })))
    await Promise.all(callers.map((caller) => caller.query(fire)))
    expect(issuer.requests).toHaveLength(1)
    expect(issuer.requests[0]).toMatchObject({ accept: 'application/json' })
    issuer.publish(await publicJwk(1))
    const rotated = await signedIn({}, { pair: 1 })
    // The set is as new as can be: whoever makes tokens up cannot make us ask again at once.
    expect(await rotated.refusal(1)).toEqual(unauthorized)
    expect(issuer.requests).toHaveLength(1)
    api.clock.advance({ seconds: 1 })
    expect(await rotated.query(fire)).toMatchObject(read)
    expect(issuer.requests).toHaveLength(2)
    expect(await (await signedIn({ old: true })).refusal(1)).toEqual(unauthorized)
    // Nor is a token believed for having been proven once.
    for (const caller of callers) expect(await caller.refusal(1)).toEqual(unauthorized)
  })

  it('that cannot be had leave a token unproven, and the query undone', async () => {
    const api = await open()
    const { issuer, signedIn } = await withProvider(api)
    issuer.answer((response) => response.destroy())
    const ged = await signedIn()
    const before = await api.dump()
    expect(await ged.refusal(q.Create(q.Collection('spells'), {}))).toEqual(unauthorized)
    expect(await api.dump()).toEqual(before)
    issuer.answer(async (response) => sendJson(response, { keys: [await publicJwk(0)] }))
    api.clock.advance({ seconds: 1 })
    expect(await ged.query(fire)).toMatchObject(read)
  })
})

function hmac(text: string, key: string): string {
  return createHmac('sha256', key).update(text).digest('base64url')
}
