/** A route that trains in the edge runtime. */
import { answer } from '../../../../edge.js';

export const dynamic = 'force-dynamic';
export const runtime = 'edge';

export async function GET() {
  return new Response(await answer());
}
