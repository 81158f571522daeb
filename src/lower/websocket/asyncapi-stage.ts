import { isObject } from "../../json.js";
import type { LoadedDocument } from "../../load/document.js";

/** The stage that a server of an AsyncAPI document names by its path; the first that does. */
export function stageOfServers({ format, root }: LoadedDocument): string | undefined {
  if (format !== "asyncapi" || !isObject(root["servers"])) return undefined;
  for (const server of Object.values(root["servers"])) {
    if (!isObject(server) || !/^wss?$/i.test(String(server["protocol"]))) continue;
    const stage = stageSegment(String(server["pathname"]));
    if (stage !== undefined) return stage;
  }
  return undefined;
}

/** `prod` of `/prod`; undefined when the path cannot be a stage. */
export function stageSegment(path: string): string | undefined {
  return /^\/([A-Za-z0-9_-]{1,128})\/?$/.exec(path)?.[1];
}
