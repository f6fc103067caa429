// An OpenAPI document reduced to what a reader needs: what can be asked, with what, and what comes back.

export interface Field {
  readonly name: string
  readonly where: string
  readonly type: string
  readonly required: boolean
  readonly text: string
}

export interface Reply {
  readonly status: string
  readonly text: string
}

export interface Operation {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly summary: string
  readonly fields: readonly Field[]
  readonly replies: readonly Reply[]
}

export interface Outline {
  readonly title: string
  readonly version: string
  readonly text: string
  readonly groups: readonly { readonly name: string; readonly operations: readonly Operation[] }[]
}

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const objectAt = (value: Json, name: string): Json => {
  const inner = value[name]
  return isObject(inner) ? inner : {}
}
const listAt = (value: Json, name: string): readonly unknown[] => {
  const inner = value[name]
  return Array.isArray(inner) ? inner : []
}
const textAt = (value: Json, name: string): string =>
  typeof value[name] === 'string' ? value[name] : ''

const refDepth = 8

/** Follows `$ref` inside the document; a chain that doesn't end gives nothing. */
function resolve(root: Json, value: unknown, depth = 0): Json {
  if (!isObject(value) || depth > refDepth) return {}
  const ref = textAt(value, '$ref')
  if (!ref.startsWith('#/')) return value
  const target = ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, part) => (isObject(at) ? at[part] : undefined), root)
  return resolve(root, target, depth + 1)
}

/** "string, 3 to 140", "one of: new, old", "list of string". */
function typeOf(root: Json, given: unknown): string {
  const schema = resolve(root, given)
  const choices = listAt(schema, 'enum')
  if (choices.length > 0) return `one of ${choices.join(', ')}`
  if ('const' in schema) return String(schema.const)
  const either = [...listAt(schema, 'anyOf'), ...listAt(schema, 'oneOf')]
  if (either.length > 0) return either.map(one => typeOf(root, one)).join(' or ')
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : textAt(schema, 'type')
  if (type === 'array') return `list of ${typeOf(root, schema.items)}`
  const bounds = [schema.minLength ?? schema.minimum, schema.maxLength ?? schema.maximum] as const
  const limit =
    bounds[0] !== undefined && bounds[1] !== undefined
      ? `, ${bounds[0]} to ${bounds[1]}`
      : bounds[1] !== undefined
        ? `, up to ${bounds[1]}`
        : ''
  return `${type || 'any'}${limit}`
}

function parameterFields(root: Json, operation: Json): readonly Field[] {
  return listAt(operation, 'parameters').map(given => {
    const parameter = resolve(root, given)
    return {
      name: textAt(parameter, 'name'),
      where: textAt(parameter, 'in'),
      type: typeOf(root, parameter.schema),
      required: parameter.required === true,
      text: textAt(parameter, 'description'),
    }
  })
}

function bodyFields(root: Json, operation: Json): readonly Field[] {
  const content = objectAt(resolve(root, operation.requestBody), 'content')
  const schema = resolve(root, objectAt(content, 'application/json').schema)
  const required = listAt(schema, 'required')
  return Object.entries(objectAt(schema, 'properties')).map(([name, property]) => ({
    name,
    where: 'body',
    type: typeOf(root, property),
    required: required.includes(name),
    text: textAt(resolve(root, property), 'description'),
  }))
}

function replies(root: Json, operation: Json): readonly Reply[] {
  return Object.entries(objectAt(operation, 'responses')).map(([status, given]) => ({
    status,
    text: textAt(resolve(root, given), 'description'),
  }))
}

const methods = ['get', 'post', 'put', 'patch', 'delete']

/** The outline of an OpenAPI 3 document, grouped by each operation's first tag. */
export function outlineOf(document: unknown): Outline {
  const root = isObject(document) ? document : {}
  const groups = new Map<string, Operation[]>()
  for (const [path, item] of Object.entries(objectAt(root, 'paths'))) {
    if (!isObject(item)) continue
    for (const method of methods) {
      const operation = item[method]
      if (!isObject(operation)) continue
      const name = String(listAt(operation, 'tags')[0] ?? 'Other')
      const entry: Operation = {
        id: `${method}-${path}`.replace(/[^a-z0-9]+/gi, '-').replace(/-$/, ''),
        method: method.toUpperCase(),
        path,
        summary: textAt(operation, 'summary'),
        fields: [...parameterFields(root, operation), ...bodyFields(root, operation)],
        replies: replies(root, operation),
      }
      groups.set(name, [...(groups.get(name) ?? []), entry])
    }
  }
  const info = objectAt(root, 'info')
  return {
    title: textAt(info, 'title'),
    version: textAt(info, 'version'),
    text: textAt(info, 'description'),
    groups: [...groups].map(([name, operations]) => ({ name, operations })),
  }
}
