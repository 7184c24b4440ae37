import * as sdk from '@aws-sdk/client-cognito-identity-provider'
import { describe, expect, it } from 'vitest'
import { apiOperations } from './catalogue.ts'
import { operations } from './table.ts'

/** Operations that the specification lets anybody call. @see user-pools §1.5 */
const publicOperations = `
  AssociateSoftwareToken ChangePassword CompleteWebAuthnRegistration ConfirmDevice
  ConfirmForgotPassword ConfirmSignUp DeleteUser DeleteUserAttributes DeleteWebAuthnCredential
  ForgetDevice ForgotPassword GetDevice GetTokensFromRefreshToken GetUser
  GetUserAttributeVerificationCode GetUserAuthFactors GlobalSignOut InitiateAuth ListDevices
  ListWebAuthnCredentials ResendConfirmationCode RespondToAuthChallenge RevokeToken
  SetUserMFAPreference SetUserSettings SignUp StartWebAuthnRegistration UpdateAuthEventFeedback
  UpdateDeviceStatus UpdateUserAttributes VerifySoftwareToken VerifyUserAttribute
`
  .trim()
  .split(/\s+/)

/** What we promise to have. @see user-pools, Appendix A */
const promised = `
  AddCustomAttributes AdminAddUserToGroup AdminConfirmSignUp AdminCreateUser AdminDeleteUser
  AdminDeleteUserAttributes AdminDisableUser AdminEnableUser AdminGetUser AdminInitiateAuth
  AdminListGroupsForUser AdminRemoveUserFromGroup AdminResetUserPassword
  AdminRespondToAuthChallenge AdminSetUserPassword AdminUpdateUserAttributes
  AdminUserGlobalSignOut ChangePassword ConfirmForgotPassword ConfirmSignUp CreateGroup
  CreateResourceServer DeleteResourceServer DescribeResourceServer ListResourceServers
  UpdateResourceServer
  CreateUserPool CreateUserPoolClient DeleteGroup DeleteUser DeleteUserAttributes DeleteUserPool
  DeleteUserPoolClient DescribeUserPool DescribeUserPoolClient ForgotPassword GetGroup
  GetTokensFromRefreshToken GetUser GetUserAttributeVerificationCode GetUserPoolMfaConfig
  GlobalSignOut InitiateAuth ListGroups ListTagsForResource ListUserPoolClients ListUserPools
  ListUsers ListUsersInGroup ResendConfirmationCode RespondToAuthChallenge RevokeToken SignUp
  TagResource UntagResource UpdateGroup UpdateUserAttributes UpdateUserPool UpdateUserPoolClient
  VerifyUserAttribute
`
  .trim()
  .split(/\s+/)

describe('the table', () => {
  it('has every operation that is promised', () => {
    expect(promised.filter((name) => !operations.has(name))).toEqual([])
  })

  it('has no operation twice, and none that the API lacks', () => {
    for (const [name, operation] of operations) expect(operation.name).toBe(name)
    expect([...operations.keys()].filter((name) => !apiOperations.has(name))).toEqual([])
  })

  it('lets anybody call what is public, and nothing else', () => {
    const open = [...operations.values()]
      .filter(({ access }) => access !== 'admin')
      .map(({ name }) => name)
    expect(open.filter((name) => !publicOperations.includes(name))).toEqual([])
    const closed = [...operations.values()]
      .filter(({ access }) => access === 'admin')
      .map(({ name }) => name)
    expect(closed.filter((name) => publicOperations.includes(name))).toEqual([])
  })
})

describe('the catalogue', () => {
  it('is what the SDK can call', () => {
    const commands = Object.keys(sdk)
      .filter((name) => /^[A-Z]\w*Command$/.test(name))
      .map((name) => name.slice(0, -'Command'.length))
    expect([...apiOperations].sort()).toEqual(commands.sort())
  })
})
