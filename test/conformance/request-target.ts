import type { CaseRequest } from "./case-format.js";

/** The raw target of a request: the stage stands in front of the path, except for `$default`. */
export function requestTarget(request: CaseRequest, stageName: string): string {
  if (request.target !== undefined) return request.target;
  const query = request.query === undefined ? "" : `?${request.query}`;
  return `${stagePrefix(stageName)}${request.path}${query}`;
}

/** `/{stage}`, or nothing for `$default`. */
export function stagePrefix(stageName: string): string {
  return stageName === "$default" ? "" : `/${stageName}`;
}
