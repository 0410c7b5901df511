/** What names a pipeline of Azure DevOps, in a stage of a release and in a training alike. */
import { z } from 'zod';

export const parameterName = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;

export const branch = z
  .string()
  .regex(/^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/, 'the name of a branch, such as main')
  .refine((text) => !text.startsWith('refs/'), {
    error: ({ input }) => `without refs/heads/ before it; found ${JSON.stringify(input)}`,
  });

export const projectName = z
  .string()
  .regex(/^(?![._])[^\\/:*?"<>|;#$*{},+=[\]\p{Cc}]{1,64}$/u, 'the name of a project');

const which = 'the name or the number of a pipeline';

export const pipelineName = z
  .union([z.int().min(1), z.string().regex(/^[^"/:<>\\|?@*\p{Cc}]{1,255}$/u, which)], { error: which })
  .describe('The pipeline: its name, or its number where several folders have one of that name.');
