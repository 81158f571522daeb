import type { CfnValue } from "./values.js";

/** The body's file, beside the template. */
export const bodyFile = "openapi.json";

/** `aws cloudformation package` puts the file into a bucket and its address in here. */
export const bodyInclude: CfnValue = {
  "Fn::Transform": { Name: "AWS::Include", Parameters: { Location: `./${bodyFile}` } },
};
