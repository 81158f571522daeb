import type { ServiceSubtype, SubtypeIntegration, SubtypeParameter } from "../ir/integration.js";
import type { UriTemplate } from "../ir/mapping.js";
import { quote } from "../json.js";
import { nearestHint } from "../nearest.js";
import type { Lowering } from "./lowering.js";
import { lowerMappedText } from "./mapped-text.js";
import type { Members } from "./members.js";

/** Parameters of one action. */
interface Action {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

/** Source: developer guide, "Integration subtype reference"; `Region` goes with each. */
const actions: Readonly<Record<ServiceSubtype, Action>> = {
  "EventBridge-PutEvents": {
    required: ["Detail", "DetailType", "Source"],
    optional: ["Time", "EventBusName", "Resources", "TraceHeader"],
  },
  "SQS-SendMessage": {
    required: ["QueueUrl", "MessageBody"],
    optional: [
      "DelaySeconds",
      "MessageAttributes",
      "MessageDeduplicationId",
      "MessageGroupId",
      "MessageSystemAttributes",
    ],
  },
  "SQS-ReceiveMessage": {
    required: ["QueueUrl"],
    optional: [
      "AttributeNames",
      "MaxNumberOfMessages",
      "MessageAttributeNames",
      "ReceiveRequestAttemptId",
      "VisibilityTimeout",
      "WaitTimeSeconds",
    ],
  },
  "SQS-DeleteMessage": { required: ["ReceiptHandle", "QueueUrl"], optional: [] },
  "SQS-PurgeQueue": { required: ["QueueUrl"], optional: [] },
  "AppConfig-GetConfiguration": {
    required: ["Application", "Environment", "Configuration", "ClientId"],
    optional: ["ClientConfigurationVersion"],
  },
  "Kinesis-PutRecord": {
    required: ["StreamName", "Data", "PartitionKey"],
    optional: ["SequenceNumberForOrdering", "ExplicitHashKey"],
  },
  "StepFunctions-StartExecution": {
    required: ["StateMachineArn"],
    optional: ["Name", "Input"],
  },
  "StepFunctions-StartSyncExecution": {
    required: ["StateMachineArn"],
    optional: ["Name", "Input", "TraceHeader"],
  },
  "StepFunctions-StopExecution": { required: ["ExecutionArn"], optional: ["Cause", "Error"] },
};
const subtypes = Object.keys(actions);

function isSubtype(text: string): text is ServiceSubtype {
  return Object.hasOwn(actions, text);
}

/** The subtype that a document names; undefined after a report. Problem: GG410. */
export function lowerSubtypeName(
  { sink }: Lowering,
  integration: Members,
  written: string,
): ServiceSubtype | undefined {
  // versions are written behind the name, as in EventBridge-PutEvents-1.0
  const name = written.trim().replace(/[- ]1\.0$/, "");
  if (isSubtype(name)) return name;
  const message = `${quote(written)} is no integration subtype of HTTP APIs`;
  const hint = nearestHint(name, subtypes).hint ?? `there are ${subtypes.join(", ")}`;
  sink.error("GG410", integration.place("integrationSubtype"), message, { hint });
  return undefined;
}

/**
 * Lowers the parameters of a service integration. Problems: GG411 a parameter that the action does not
 * have, GG412 one that it needs, and those of mapped texts.
 */
export function lowerSubtypeParameters(
  context: Lowering,
  integration: Members,
  { subtype, route }: { readonly subtype: ServiceSubtype; readonly route: string },
): Pick<SubtypeIntegration, "parameters" | "required" | "region"> {
  const { required, optional } = actions[subtype];
  const known = [...required, ...optional, "Region"];
  const holder = integration.object("requestParameters");
  const parameters: SubtypeParameter[] = [];
  for (const [name, value] of holder?.entries() ?? []) {
    const at = holder?.place(name) ?? integration.at;
    if (!known.includes(name)) {
      const message = `${subtype} has no parameter ${quote(name)}`;
      const hint = nearestHint(name, known).hint ?? `it has ${known.join(", ")}`;
      context.sink.error("GG411", at, message, { hint });
      continue;
    }
    const text = lowerMappedText(context, value, { at, side: "request", route });
    if (text !== undefined) parameters.push({ at, name, value: text });
  }
  for (const name of required) {
    if (holder?.has(name) === true) continue;
    const place = holder === undefined ? integration.at : holder.at;
    context.sink.error("GG412", place, `${subtype} needs the parameter ${name}`, {
      hint: `add ${name}: $request.body.${name}, another variable, or a fixed value`,
    });
  }
  const region = parameters.find(({ name }) => name === "Region");
  return {
    parameters: parameters.filter((parameter) => parameter !== region),
    required,
    region: region === undefined ? undefined : lowerRegion(context, region),
  };
}

/** A region decides where a call goes and how it is signed: clients have no say in it. */
function lowerRegion({ sink }: Lowering, { at, value }: SubtypeParameter): UriTemplate | undefined {
  const parts = value.flatMap((part): UriTemplate => {
    if (part.kind === "literal") return [{ kind: "text", text: part.text }];
    return part.kind === "stageVariable" ? [part] : [];
  });
  const isFixed = parts.length === value.length;
  const literal = parts.map((part) => (part.kind === "text" ? part.text : "a")).join("");
  if (isFixed && /^(?:[a-z0-9-]|\$\{[^{}]*\})+$/.test(literal)) return parts;
  const message = "a region is fixed text or a stage variable here; the API's own is taken";
  sink.warning("GG502", at, message);
  return undefined;
}
