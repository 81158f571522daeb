import type { JsonObject } from "../json.js";
import { isObject } from "../json.js";
import { isOpenApi } from "./version.js";

/** True for a CloudFormation or SAM template. Apart from all else, since every document is asked. */
export function isTemplate(document: JsonObject): boolean {
  return isObject(document["Resources"]) && !isOpenApi(document);
}
