import { z } from 'zod';
import type { JsonSchema } from './option.ts';
import { settingsSchema } from './schema.ts';

/** The schema as JSON Schema, with this project's own keyword `planned`. */
export function describeSettings(): JsonSchema {
  return z.toJSONSchema(settingsSchema, { io: 'input' });
}

/** The JSON Schema of the configuration file, for editors and other programs. */
export function publishedSchema(): JsonSchema {
  const schema = z.toJSONSchema(settingsSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.planned !== true) return;
      delete jsonSchema.planned;
      jsonSchema.description = `${jsonSchema.description ?? ''} ${plannedRemark}`.trim();
    },
  });
  return { title: 'Configuration of Clarion', ...schema };
}

/** Said wherever an option is described whose feature is still to come. */
export const plannedRemark = 'Accepted, but without effect so far.';
