/**
 * The attributes that users of a pool may have, and what their values must look like.
 *
 * @see user-pools §2.1 and §2.11
 */
import { refusal } from '../errors.ts'

/** `SchemaAttributeType`, complete. */
export interface SchemaAttribute {
  readonly Name: string
  readonly AttributeDataType: 'String' | 'Number' | 'DateTime' | 'Boolean'
  readonly DeveloperOnlyAttribute: boolean
  readonly Mutable: boolean
  readonly Required: boolean
  readonly NumberAttributeConstraints?: NumberConstraints | undefined
  readonly StringAttributeConstraints?: StringConstraints | undefined
}

interface NumberConstraints {
  readonly MinValue?: string | undefined
  readonly MaxValue?: string | undefined
}

interface StringConstraints {
  readonly MinLength?: string | undefined
  readonly MaxLength?: string | undefined
}

/** A `SchemaAttributeType` as it is asked for. */
export interface RequestedAttribute {
  readonly Name?: string | undefined
  readonly AttributeDataType?: SchemaAttribute['AttributeDataType'] | undefined
  readonly DeveloperOnlyAttribute?: boolean | undefined
  readonly Mutable?: boolean | undefined
  readonly Required?: boolean | undefined
  readonly NumberAttributeConstraints?: NumberConstraints | undefined
  readonly StringAttributeConstraints?: StringConstraints | undefined
}

const valueLengthMax = 2048
const customAttributesMax = 50

function text(Name: string, changes: Partial<SchemaAttribute> = {}): SchemaAttribute {
  return {
    Name,
    AttributeDataType: 'String',
    DeveloperOnlyAttribute: false,
    Mutable: true,
    Required: false,
    StringAttributeConstraints: { MinLength: '0', MaxLength: String(valueLengthMax) },
    ...changes,
  }
}

function flag(Name: string): SchemaAttribute {
  return {
    Name,
    AttributeDataType: 'Boolean',
    DeveloperOnlyAttribute: false,
    Mutable: true,
    Required: false,
  }
}

/** What every pool has, in the order in which DescribeUserPool tells it. */
export const standardAttributes: readonly SchemaAttribute[] = [
  text('profile'),
  text('address'),
  text('birthdate', { StringAttributeConstraints: { MinLength: '10', MaxLength: '10' } }),
  text('gender'),
  text('preferred_username'),
  {
    Name: 'updated_at',
    AttributeDataType: 'Number',
    DeveloperOnlyAttribute: false,
    Mutable: true,
    Required: false,
    NumberAttributeConstraints: { MinValue: '0' },
  },
  text('website'),
  text('picture'),
  text('identities', { StringAttributeConstraints: {} }),
  text('sub', {
    Mutable: false,
    Required: true,
    StringAttributeConstraints: { MinLength: '1', MaxLength: String(valueLengthMax) },
  }),
  text('phone_number'),
  flag('phone_number_verified'),
  text('zoneinfo'),
  text('locale'),
  text('email'),
  flag('email_verified'),
  text('given_name'),
  text('family_name'),
  text('middle_name'),
  text('name'),
  text('nickname'),
]

const standardByName = new Map(standardAttributes.map((attribute) => [attribute.Name, attribute]))

/** Whether every pool has an attribute of this name. */
export function isStandardAttribute(name: string): boolean {
  return standardByName.has(name)
}

/**
 * The schema of a new pool.
 *
 * @throws UserPoolError InvalidParameterException
 */
export function createSchema(requested: readonly RequestedAttribute[]): readonly SchemaAttribute[] {
  const schema = new Map(standardByName)
  for (const attribute of requested) {
    const standard = standardByName.get(attribute.Name ?? '')
    if (standard === undefined) addCustom(schema, attribute)
    else schema.set(standard.Name, changeStandard(standard, attribute))
  }
  return limited(schema)
}

/**
 * The schema of a pool with more custom attributes.
 *
 * @throws UserPoolError InvalidParameterException
 */
export function extendSchema(
  existing: readonly SchemaAttribute[],
  requested: readonly RequestedAttribute[],
): readonly SchemaAttribute[] {
  const schema = new Map(existing.map((attribute) => [attribute.Name, attribute]))
  for (const attribute of requested) addCustom(schema, attribute)
  return limited(schema)
}

/** Unverified: the code and the text. */
function limited(schema: ReadonlyMap<string, SchemaAttribute>): readonly SchemaAttribute[] {
  if (schema.size - standardByName.size > customAttributesMax) {
    throw invalid(`A user pool has at most ${customAttributesMax} custom attributes.`)
  }
  return [...schema.values()]
}

function changeStandard(standard: SchemaAttribute, requested: RequestedAttribute): SchemaAttribute {
  const changesType =
    requested.AttributeDataType !== undefined &&
    requested.AttributeDataType !== standard.AttributeDataType
  if (changesType || requested.DeveloperOnlyAttribute === true) {
    throw invalid(
      `You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute ${standard.Name}`,
    )
  }
  checkConstraints(standard.Name, requested)
  return {
    ...standard,
    Required: requested.Required ?? standard.Required,
    Mutable: requested.Mutable ?? standard.Mutable,
    ...(requested.StringAttributeConstraints !== undefined &&
      standard.AttributeDataType === 'String' && {
        StringAttributeConstraints: {
          ...standard.StringAttributeConstraints,
          ...requested.StringAttributeConstraints,
        },
      }),
    ...(requested.NumberAttributeConstraints !== undefined &&
      standard.AttributeDataType === 'Number' && {
        NumberAttributeConstraints: {
          ...standard.NumberAttributeConstraints,
          ...requested.NumberAttributeConstraints,
        },
      }),
  }
}

/** Adds a custom attribute under its full name. @throws UserPoolError InvalidParameterException */
function addCustom(schema: Map<string, SchemaAttribute>, requested: RequestedAttribute): void {
  const { Name = '', AttributeDataType, DeveloperOnlyAttribute = false } = requested
  // Unverified: the text.
  if (Name === '') throw invalid('A custom attribute must have a name.')
  if (AttributeDataType === undefined) {
    throw invalid(
      'Invalid AttributeDataType input, consider using the provided AttributeDataType enum.',
    )
  }
  if (requested.Required === true) {
    throw invalid('Required custom attributes are not supported currently.')
  }
  const name = `${DeveloperOnlyAttribute ? 'dev:' : ''}custom:${Name}`
  if (schema.has(name)) throw invalid(`${name}: Existing attribute already has name ${name}.`)
  checkConstraints(name, requested)
  schema.set(name, {
    Name: name,
    AttributeDataType,
    DeveloperOnlyAttribute,
    Mutable: requested.Mutable ?? true,
    Required: false,
    ...(AttributeDataType === 'String' && {
      StringAttributeConstraints: requested.StringAttributeConstraints ?? {},
    }),
    ...(AttributeDataType === 'Number' && {
      NumberAttributeConstraints: requested.NumberAttributeConstraints ?? {},
    }),
  })
}

function checkConstraints(name: string, requested: RequestedAttribute): void {
  const { MinLength = '0', MaxLength = String(valueLengthMax) } =
    requested.StringAttributeConstraints ?? {}
  if (Number(MaxLength) > valueLengthMax || Number(MinLength) > valueLengthMax) {
    throw invalid(`user.${name}: String attributes cannot have a length of more than 2048`)
  }
  if (Number(MaxLength) < Number(MinLength)) {
    throw invalid(`user.${name}: Max length cannot be less than min length.`)
  }
  const { MinValue, MaxValue } = requested.NumberAttributeConstraints ?? {}
  if (MinValue !== undefined && MaxValue !== undefined && Number(MaxValue) < Number(MinValue)) {
    throw invalid(`user.${name}: Max value cannot be less than min value.`)
  }
}

function invalid(message: string) {
  return refusal('InvalidParameterException', 'other', message)
}

/**
 * Checks the values of a write against the schema: every problem in one message.
 *
 * @param required also demand the required attributes; at sign-up, not for administrators
 * @param changing existing values that immutable attributes must keep; undefined at creation
 * @throws UserPoolError InvalidParameterException
 */
export function checkAttributes(
  schema: readonly SchemaAttribute[],
  attributes: Readonly<Record<string, string>>,
  {
    required = false,
    isCreation,
  }: { readonly required?: boolean | undefined; readonly isCreation: boolean },
): void {
  const byName = new Map(schema.map((attribute) => [attribute.Name, attribute]))
  const problems: string[] = []
  for (const [name, value] of Object.entries(attributes)) {
    const attribute = byName.get(name)
    if (attribute === undefined || name === 'sub') {
      problems.push(`${name}: Attribute does not exist in the schema.\n`)
    } else if (!attribute.Mutable && !isCreation) {
      problems.push(`user.${name}: Attribute cannot be updated.\n`)
    } else if (value !== '') {
      const problem = valueProblem(attribute, value)
      if (problem !== undefined) problems.push(`${name}: ${problem}\n`)
    } else if (attribute.Required && !required && !isCreation) {
      problems.push(`${name}: The attribute is required\n`)
    }
  }
  if (required) {
    for (const { Name, Required } of schema) {
      if (Required && Name !== 'sub' && (attributes[Name] ?? '') === '') {
        problems.push(`${Name}: The attribute is required\n`)
      }
    }
  }
  if (problems.length > 0) {
    throw refusal('InvalidParameterException', 'schema', problems.join(''))
  }
  checkFormats(attributes)
}

/** Addresses have errors of their own. */
function checkFormats({ email = '', phone_number = '' }: Readonly<Record<string, string>>): void {
  if (email !== '' && !isEmailAddress(email)) throw refusal('InvalidParameterException', 'email')
  if (phone_number !== '' && !isPhoneNumber(phone_number)) {
    throw refusal('InvalidParameterException', 'phoneNumber')
  }
}

/** Whether `text` can be an e-mail address: one part before the `@`, a domain with a dot after it. */
export function isEmailAddress(text: string): boolean {
  return /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\.]+(?:\.[^\s@<>,;:"()[\]\\.]+)+$/u.test(text)
}

/** Whether `text` is a telephone number in E.164. */
export function isPhoneNumber(text: string): boolean {
  return /^\+[0-9]{1,15}$/.test(text)
}

/** Unverified: the reference gives no texts for values of the wrong form. */
function valueProblem(attribute: SchemaAttribute, value: string): string | undefined {
  switch (attribute.AttributeDataType) {
    case 'Boolean':
      return /^(?:true|false)$/i.test(value) ? undefined : 'Value is not a boolean.'
    case 'DateTime':
      return Number.isNaN(Date.parse(value)) && !/^\d+$/.test(value)
        ? 'Value is not a date.'
        : undefined
    case 'Number':
      return numberProblem(attribute.NumberAttributeConstraints, value)
    case 'String':
      return lengthProblem(attribute.StringAttributeConstraints, value)
  }
}

function numberProblem(constraints: NumberConstraints = {}, value: string): string | undefined {
  if (!/^[+-]?\d+(?:\.\d+)?$/.test(value)) return 'Value is not a number.'
  const { MinValue, MaxValue } = constraints
  if (MinValue !== undefined && Number(value) < Number(MinValue)) {
    return `Value must not be less than ${MinValue}.`
  }
  return MaxValue !== undefined && Number(value) > Number(MaxValue)
    ? `Value must not be greater than ${MaxValue}.`
    : undefined
}

function lengthProblem(constraints: StringConstraints = {}, value: string): string | undefined {
  const { MinLength, MaxLength } = constraints
  if (MinLength !== undefined && value.length < Number(MinLength)) {
    return `String must be at least ${MinLength} characters long.`
  }
  return MaxLength !== undefined && value.length > Number(MaxLength)
    ? `String must be no longer than ${MaxLength} characters.`
    : undefined
}
