import type { Reply } from '../http/json-exchange.ts';

/** A refusal in the words of the service. */
export function refusal(status: number, typeKey: string, message: string): Reply {
  const body = {
    $id: '1',
    innerException: null,
    message,
    typeName: typeKey,
    typeKey,
    errorCode: 0,
    eventId: 3000,
  };
  return { status, body };
}
