/** Users as administrators are told of them. @see user-pools §2.9 and Appendix B */
import type { User } from '../model/documents.ts'
import { attributeList } from '../request-shapes.ts'
import { seconds } from './time.ts'

/** Every attribute, `sub` first. */
export function allAttributes(
  user: User,
): readonly { readonly Name: string; readonly Value: string }[] {
  return attributeList({ sub: user.sub, ...user.attributes })
}

/** What `UserType` and the answer of AdminGetUser share. */
export function describeUserState(user: User) {
  return {
    Username: user.username,
    UserCreateDate: seconds(user.createdAtMs),
    UserLastModifiedDate: seconds(user.modifiedAtMs),
    Enabled: user.isEnabled,
    UserStatus: user.status,
  }
}

/**
 * `UserType`.
 *
 * @param attributesToGet which attributes to tell; undefined: all
 */
export function describeUser(user: User, attributesToGet?: readonly string[]): object {
  const attributes = allAttributes(user)
  return {
    ...describeUserState(user),
    Attributes:
      attributesToGet === undefined
        ? attributes
        : attributes.filter(({ Name }) => attributesToGet.includes(Name)),
  }
}
