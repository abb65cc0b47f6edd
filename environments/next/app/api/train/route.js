/** A route that trains on the server. */
import { answer } from '../../../../edge.js';

export const dynamic = 'force-dynamic';

export async function GET() {
  return new Response(await answer());
}
