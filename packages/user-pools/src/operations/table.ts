/** Every operation that we have. */
import type { Operation } from '../operation.ts'
import { addCustomAttributes } from './add-custom-attributes.ts'
import { adminAddUserToGroup } from './admin-add-user-to-group.ts'
import { adminConfirmSignUp } from './admin-confirm-sign-up.ts'
import { adminCreateUser } from './admin-create-user.ts'
import { adminDeleteUser } from './admin-delete-user.ts'
import { adminDeleteUserAttributes } from './admin-delete-user-attributes.ts'
import { adminDisableUser } from './admin-disable-user.ts'
import { adminEnableUser } from './admin-enable-user.ts'
import { adminGetUser } from './admin-get-user.ts'
import { adminInitiateAuth } from './admin-initiate-auth.ts'
import { adminListGroupsForUser } from './admin-list-groups-for-user.ts'
import { adminRemoveUserFromGroup } from './admin-remove-user-from-group.ts'
import { adminResetUserPassword } from './admin-reset-user-password.ts'
import { adminRespondToAuthChallenge } from './admin-respond-to-auth-challenge.ts'
import { adminSetUserPassword } from './admin-set-user-password.ts'
import { adminUpdateUserAttributes } from './admin-update-user-attributes.ts'
import { adminUserGlobalSignOut } from './admin-user-global-sign-out.ts'
import { changePassword } from './change-password.ts'
import { confirmForgotPassword } from './confirm-forgot-password.ts'
import { confirmSignUp } from './confirm-sign-up.ts'
import { createGroup } from './create-group.ts'
import { createResourceServer } from './create-resource-server.ts'
import { createUserPool } from './create-user-pool.ts'
import { createUserPoolClient } from './create-user-pool-client.ts'
import { deleteGroup } from './delete-group.ts'
import { deleteResourceServer } from './delete-resource-server.ts'
import { deleteUser } from './delete-user.ts'
import { deleteUserAttributes } from './delete-user-attributes.ts'
import { deleteUserPool } from './delete-user-pool.ts'
import { deleteUserPoolClient } from './delete-user-pool-client.ts'
import { describeResourceServer } from './describe-resource-server.ts'
import { describeUserPool } from './describe-user-pool.ts'
import { describeUserPoolClient } from './describe-user-pool-client.ts'
import { forgotPassword } from './forgot-password.ts'
import { getGroup } from './get-group.ts'
import { getTokensFromRefreshToken } from './get-tokens-from-refresh-token.ts'
import { getUser } from './get-user.ts'
import { getUserAttributeVerificationCode } from './get-user-attribute-verification-code.ts'
import { getUserAuthFactors } from './get-user-auth-factors.ts'
import { getUserPoolMfaConfig } from './get-user-pool-mfa-config.ts'
import { globalSignOut } from './global-sign-out.ts'
import { initiateAuth } from './initiate-auth.ts'
import { listGroups } from './list-groups.ts'
import { listResourceServers } from './list-resource-servers.ts'
import { listTagsForResource } from './list-tags-for-resource.ts'
import { listUserPoolClients } from './list-user-pool-clients.ts'
import { listUserPools } from './list-user-pools.ts'
import { listUsers } from './list-users.ts'
import { listUsersInGroup } from './list-users-in-group.ts'
import { resendConfirmationCode } from './resend-confirmation-code.ts'
import { respondToAuthChallenge } from './respond-to-auth-challenge.ts'
import { revokeToken } from './revoke-token.ts'
import { setUserMFAPreference } from './set-user-mfa-preference.ts'
import { setUserSettings } from './set-user-settings.ts'
import { signUp } from './sign-up.ts'
import { tagResource } from './tag-resource.ts'
import { untagResource } from './untag-resource.ts'
import { updateGroup } from './update-group.ts'
import { updateResourceServer } from './update-resource-server.ts'
import { updateUserAttributes } from './update-user-attributes.ts'
import { updateUserPool } from './update-user-pool.ts'
import { updateUserPoolClient } from './update-user-pool-client.ts'
import { verifyUserAttribute } from './verify-user-attribute.ts'

const list: readonly Operation[] = [
  // User pools and app clients
  addCustomAttributes,
  createUserPool,
  createUserPoolClient,
  deleteUserPool,
  deleteUserPoolClient,
  describeUserPool,
  describeUserPoolClient,
  getUserPoolMfaConfig,
  listTagsForResource,
  listUserPoolClients,
  listUserPools,
  tagResource,
  untagResource,
  updateUserPool,
  updateUserPoolClient,
  // Users, administered
  adminConfirmSignUp,
  adminCreateUser,
  adminDeleteUser,
  adminDeleteUserAttributes,
  adminDisableUser,
  adminEnableUser,
  adminGetUser,
  adminResetUserPassword,
  adminSetUserPassword,
  adminUpdateUserAttributes,
  adminUserGlobalSignOut,
  listUsers,
  // Resource servers
  createResourceServer,
  deleteResourceServer,
  describeResourceServer,
  listResourceServers,
  updateResourceServer,
  // Groups
  adminAddUserToGroup,
  adminListGroupsForUser,
  adminRemoveUserFromGroup,
  createGroup,
  deleteGroup,
  getGroup,
  listGroups,
  listUsersInGroup,
  updateGroup,

  // People
  signUp,
  confirmSignUp,
  resendConfirmationCode,
  initiateAuth,
  respondToAuthChallenge,
  adminInitiateAuth,
  adminRespondToAuthChallenge,
  getUser,
  forgotPassword,
  confirmForgotPassword,
  changePassword,
  revokeToken,
  globalSignOut,
  getTokensFromRefreshToken,
  updateUserAttributes,
  verifyUserAttribute,
  getUserAttributeVerificationCode,
  deleteUserAttributes,
  deleteUser,
  setUserMFAPreference,
  setUserSettings,
  getUserAuthFactors,
]

/** The operations by name. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  list.map((operation) => [operation.name, operation]),
)
