/**
 * JSON paths of mappings and templates. The reader itself belongs to the run-time, which needs it for
 * paths that a template puts together; the generator reads those that are written out.
 */
export { isDefinite, parseJsonPath, type JsonPath } from "../../runtime/jsonpath/syntax.js";
