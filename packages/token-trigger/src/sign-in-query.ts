/**
 * The one query of a sign-in: finds or makes the user's account and mints its tokens, all or nothing.
 *
 * An account is known by `data.subject`, `<user pool id>/<sub>`: the only thing about a user that neither
 * they nor anybody else can change. An address is not: a user who signs in may write another's address
 * into the attribute, and whoever looks an account up by it then hands over the victim's. So:
 *
 *   subject known                  that account, whatever the address says
 *   else, a proved address, whose
 *     account has no subject yet   adopted: it gets this subject, once and for good
 *     account has a subject        somebody else's: a new account, without the address
 *     account does not exist       a new account with the address
 *   else                           a new account, without the address
 *
 * `data.email` is the address that an account first proved to be its own. Since it is unique, an address
 * that is not proved must not get there: whoever typed it in would keep its owner out. For the same
 * reason it does not follow later changes of the attribute: it tells accounts apart, it is no place to
 * write to. An account that has none gets one at the first sign-in with a proved address that is free.
 *
 * Both indexes are unique and serialized, so that of two first sign-ins at once one makes the account and
 * the other, tried again, finds it.
 */
import faunadb, { type Expr } from 'faunadb'
import { isJsonObject } from './event.ts'

const { query: q } = faunadb

/** Lifetimes of what a sign-in mints, in seconds; a token without a lifetime is not minted. */
export interface Lifetimes {
  readonly accessSeconds: number | undefined
  readonly refreshSeconds: number | undefined
  /** How long refresh tokens can be traded in all, before the user pool must be asked again. */
  readonly sessionSeconds: number
}

/** Who signs in, and what they get. */
export interface SignIn {
  /** `<user pool id>/<sub>` */
  readonly subject: string
  /** The address, if the user pool has proved that it is the user's. */
  readonly provedEmail: string | undefined
  /** Whether an account without a subject may be adopted by its address. */
  readonly adopts: boolean
  /** What all tokens of the sign-in have in common, and end by. */
  readonly session: string
  readonly lifetimes: Lifetimes
}

/** The query, for `readSignInResult`. */
export function signInQuery({ session, lifetimes, ...user }: SignIn): Expr {
  const { accessSeconds, refreshSeconds, sessionSeconds } = lifetimes
  const token = (ttlSeconds: number, data: Readonly<Record<string, unknown>>) =>
    q.Select(
      'secret',
      q.Create(q.Tokens(), {
        instance: q.Select('account', q.Var('found')),
        ttl: inSeconds(ttlSeconds),
        data: { ...data, session },
      }),
    )
  return q.Let(
    { found: findOrMakeAccount(user) },
    {
      account: q.Select('account', q.Var('found')),
      outcome: q.Select('outcome', q.Var('found')),
      ...(accessSeconds !== undefined && {
        accessToken: token(accessSeconds, { type: 'access' }),
      }),
      // Its lifetimes go with it, so that what it is traded for lasts as long as what is minted here.
      ...(refreshSeconds !== undefined && {
        refreshToken: token(refreshSeconds, {
          type: 'refresh',
          accessSeconds: accessSeconds ?? refreshSeconds,
          refreshSeconds,
          sessionEnds: inSeconds(sessionSeconds),
        }),
      }),
    },
  )
}

/** How the account was come by. */
export type Outcome = 'known' | 'adopted' | 'created'

/** What the query gives. */
export interface SignInResult {
  readonly accountId: string
  readonly outcome: Outcome
  readonly accessToken: string | undefined
  readonly refreshToken: string | undefined
}

/** Checks the query's result, as it is on the wire; undefined if it is none. */
export function readSignInResult(result: unknown): SignInResult | undefined {
  if (!isJsonObject(result)) return undefined
  const { account, outcome, accessToken, refreshToken } = result
  const ref = isJsonObject(account) ? account['@ref'] : undefined
  const accountId = isJsonObject(ref) ? ref.id : undefined
  if (typeof accountId !== 'string' || !isOutcome(outcome)) return undefined
  if (!isOptionalString(accessToken) || !isOptionalString(refreshToken)) return undefined
  return { accountId, outcome, accessToken, refreshToken }
}

function isOutcome(value: unknown): value is Outcome {
  return value === 'known' || value === 'adopted' || value === 'created'
}

function isOptionalString(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}

const inSeconds = (seconds: number) => q.TimeAdd(q.Now(), seconds, 'seconds')

const accountAs = (account: Expr, outcome: Outcome) => ({
  account: q.Select('ref', account),
  outcome,
})

function findOrMakeAccount({
  subject,
  provedEmail,
  adopts,
}: Pick<SignIn, 'subject' | 'provedEmail' | 'adopts'>): Expr {
  const ofSubject = q.Match(q.Index('accounts_by_subject'), subject)
  const isKnown = q.Exists(ofSubject)
  const withoutEmail = accountAs(
    q.Create(q.Collection('Account'), { data: { subject } }),
    'created',
  )
  if (provedEmail === undefined) {
    return q.If(isKnown, accountAs(q.Get(ofSubject), 'known'), withoutEmail)
  }
  const ofEmail = q.Match(q.Index('accounts_by_email'), provedEmail)
  const withEmail = accountAs(
    q.Create(q.Collection('Account'), { data: { subject, email: provedEmail } }),
    'created',
  )
  return q.If(
    isKnown,
    q.Let(
      { account: q.Get(ofSubject) },
      accountAs(withEmailIfFree(q.Var('account'), provedEmail, ofEmail), 'known'),
    ),
    q.If(
      q.Exists(ofEmail),
      adopts
        ? q.Let(
            { account: q.Get(ofEmail) },
            q.If(
              q.ContainsPath(['data', 'subject'], q.Var('account')),
              withoutEmail,
              accountAs(
                q.Update(q.Select('ref', q.Var('account')), { data: { subject } }),
                'adopted',
              ),
            ),
          )
        : withoutEmail,
      withEmail,
    ),
  )
}

/** The account, given the proved address if it has none and nobody else has it. */
function withEmailIfFree(account: Expr, email: string, ofEmail: Expr): Expr {
  return q.If(
    q.Or(q.ContainsPath(['data', 'email'], account), q.Exists(ofEmail)),
    account,
    q.Update(q.Select('ref', account), { data: { email } }),
  )
}
