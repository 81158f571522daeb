import type { ListParcels, SendParcel } from "../generated/operations.js";
import type { ProxyEvent, ProxyResult } from "../generated/runtime/functions/proxy-event.js";
import type { StageVariables } from "../generated/stages.js";

/**
 * Lambda function `parcels`. It answers for:
 * - GET /parcels (listParcels)
 * - POST /parcels (sendParcel)
 */
export async function handler(
  event: ProxyEvent<ListParcels | SendParcel, StageVariables>,
): Promise<ProxyResult> {
  const message = `${event.httpMethod} ${event.resource} is not implemented yet`;
  return { statusCode: 501, body: JSON.stringify({ message }) };
}
