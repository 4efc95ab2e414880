import { terminateUser } from '../core/users.ts';
import type { ApiCall } from './api-call.ts';
import { failure, type HttpResponse, ok } from './message.ts';
import { overRate } from './rate.ts';

/** `POST /apps/ID/users/USER/terminate_connections` */
export async function postTerminate({ engine, app, request, parameters }: ApiCall): Promise<HttpResponse> {
  const userId = parameters[0] ?? '';
  if (userId === '' || userId.length > app.limits.userIdCharacters) return failure(400, 'Invalid user id');
  const limited = overRate({ engine, app }, 'events', 1);
  if (limited !== undefined) return limited;
  await terminateUser(engine, app.id, userId, request.trace);
  return ok('{}');
}

/** `GET /apps/ID/connections`, which Laravel Pulse polls. */
export async function getConnections({ engine, app }: ApiCall): Promise<HttpResponse> {
  return ok(JSON.stringify({ connections: await engine.quota.count(app.id) }));
}
