// What does a checked inbound message look like as a Standard Schema? The same rules as the DTO's, in zod.
import { z } from 'zod';

export const noteSchema = z.strictObject({
  seq: z.int().min(0),
  author: z.string().max(64),
  tags: z.array(z.string()).max(8),
  text: z.string().max(500),
});
