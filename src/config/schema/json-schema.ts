import * as z from 'zod';
import { configSchema } from './schema.js';

/** The JSON schema (draft 7, which editors know best) of the configuration file. */
export function configJsonSchema(): object {
  return z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' });
}
