import type { Group } from '../model/documents.ts'
import { seconds } from './time.ts'

/** `GroupType`: a group as it is told on the wire. @see user-pools Appendix B */
export function describeGroup(poolId: string, group: Group): object {
  return {
    GroupName: group.name,
    UserPoolId: poolId,
    Description: group.description,
    RoleArn: group.roleArn,
    Precedence: group.precedence,
    LastModifiedDate: seconds(group.modifiedAtMs),
    CreationDate: seconds(group.createdAtMs),
  }
}
