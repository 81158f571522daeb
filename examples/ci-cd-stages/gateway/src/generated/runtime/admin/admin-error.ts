// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** Statuses of the errors that the control plane answers with. Source: API reference, "Errors". */
const statuses = {
  BadRequestException: 400,
  UnauthorizedException: 401,
  AccessDeniedException: 403,
  ForbiddenException: 403,
  NotFoundException: 404,
  ConflictException: 409,
  GoneException: 410,
  PayloadTooLargeException: 413,
  RequestEntityTooLargeException: 413,
  LimitExceededException: 429,
  InternalFailure: 500,
  ServiceUnavailableException: 503,
} as const;

export type AdminErrorType = keyof typeof statuses;

/** A request to the admin listener that is refused. Its message is for the client. */
export class AdminError extends Error {
  override readonly name = "AdminError";
  readonly type: AdminErrorType;
  readonly status: number;

  constructor(type: AdminErrorType, message: string) {
    super(message);
    this.type = type;
    this.status = statuses[type];
  }
}

export function badRequest(message: string): AdminError {
  return new AdminError("BadRequestException", message);
}

export function notFound(message: string): AdminError {
  return new AdminError("NotFoundException", message);
}

export function conflict(message: string): AdminError {
  return new AdminError("ConflictException", message);
}

/** The state cannot be reached: nothing is known, and nothing can be changed. */
export function unavailable(): AdminError {
  return new AdminError("ServiceUnavailableException", "the state cannot be reached");
}
