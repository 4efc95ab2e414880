import type { z } from 'zod';

/** How the value of an option is written in one line of text. `json` is for lists of objects. */
export type OptionKind = 'boolean' | 'integer' | 'number' | 'text' | 'list' | 'json';

/** One option, as it follows from the schema. */
export interface Option {
  /** As in the file, `[]` standing for each element: `apps[].userAuthentication.required`. */
  readonly path: string;
  readonly kind: OptionKind;
  readonly description: string;
  /** Its value when nobody sets it, if it has one. `null` stands for "no limit". */
  readonly byDefault: unknown;
  /** Words that are accepted, beside numbers where `kind` is a number. */
  readonly words: readonly string[];
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  /** Whether `null` is accepted and stands for "no limit". */
  readonly canBeUnlimited: boolean;
  readonly isRequired: boolean;
  readonly isSecret: boolean;
  /** Accepted, but without effect so far. */
  readonly isPlanned: boolean;
}

export type JsonSchema = z.core.JSONSchema.JSONSchema;

/** All options of a JSON Schema, in its order; what holds other options is left out, except lists, which variables set as a whole. */
export function listOptions(schema: JsonSchema): readonly Option[] {
  return collect(schema, '', false);
}

function collect(schema: JsonSchema, prefix: string, inheritsPlan: boolean): Option[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const child = property as JsonSchema;
    const path = `${prefix}${name}`;
    const isPlanned = inheritsPlan || child.planned === true;
    if (child.properties !== undefined) return collect(child, `${path}.`, isPlanned);
    const items = child.items as JsonSchema | undefined;
    const inner = items?.properties === undefined ? [] : collect(items, `${path}[].`, isPlanned);
    return [toOption(path, child, schema.required?.includes(name) ?? false, isPlanned), ...inner];
  });
}

function toOption(path: string, schema: JsonSchema, isRequired: boolean, isPlanned: boolean): Option {
  const variants = [schema, ...((schema.anyOf ?? []) as JsonSchema[])];
  const number = variants.find(({ type }) => type === 'integer' || type === 'number');
  return {
    path,
    kind: kindOf(schema, variants),
    description: schema.description ?? '',
    byDefault: schema.default,
    words: variants.flatMap((variant) => (variant.enum ?? (variant.const === undefined ? [] : [variant.const])).map(String)),
    minimum: number?.minimum,
    maximum: number?.maximum === Number.MAX_SAFE_INTEGER ? undefined : number?.maximum,
    canBeUnlimited: variants.some(({ type }) => type === 'null'),
    isRequired,
    isSecret: schema.writeOnly === true,
    isPlanned,
  };
}

function kindOf(schema: JsonSchema, variants: readonly JsonSchema[]): OptionKind {
  const has = (wanted: string) => variants.some(({ type }) => type === wanted);
  if (has('array')) return (schema.items as JsonSchema | undefined)?.type === 'string' ? 'list' : 'json';
  if (has('object')) return 'json';
  // A text with a pattern may also be written as a number, as ids are; a single word beside a number is only a word.
  if (variants.some(({ type, pattern }) => type === 'string' && pattern !== undefined)) return 'text';
  if (has('integer')) return 'integer';
  if (has('number')) return 'number';
  return has('boolean') ? 'boolean' : 'text';
}
