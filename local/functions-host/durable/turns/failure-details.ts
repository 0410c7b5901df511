import type { FailureDetails } from '../history.ts';

/** Reads the details that an app with an exception properties provider puts into the message as JSON; else null. */
export function readFailureDetails(message: string): FailureDetails | null {
  if (!message.startsWith('{')) return null;
  let content: unknown;
  try {
    content = JSON.parse(message);
  } catch {
    return null;
  }
  const { errorType, errorMessage, stackTrace, isNonRetriable, properties } = content as Record<
    string,
    unknown
  >;
  if (typeof errorType !== 'string' || typeof errorMessage !== 'string') return null;
  return {
    ErrorType: errorType,
    ErrorMessage: errorMessage,
    StackTrace: typeof stackTrace === 'string' ? stackTrace : null,
    InnerFailure: null,
    IsNonRetriable: isNonRetriable === true,
    Properties: properties ?? null,
  };
}
