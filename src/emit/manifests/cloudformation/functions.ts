import type { AwsFunction, AwsPermission, AwsPlan, AwsRole } from "../../../plan/deployment/aws.js";
import type { StageManifest } from "../../../ir/manifest.js";
import { functionFolder } from "../functions.js";
import { secretReference } from "./secrets.js";
import {
  getAtt,
  ref,
  sub,
  subText,
  tagList,
  textValue,
  type CfnResource,
  type CfnResources,
  type CfnValue,
} from "./values.js";

/** Functions with a role, a log group and the aliases that the API calls. */
export function functionResources(plan: AwsPlan, stage: StageManifest): CfnResources {
  const resources: Record<string, CfnResource> = {};
  for (const made of plan.functions) {
    const { id } = made;
    resources[`${id}Role`] = functionRole(plan, made, stage);
    resources[`${id}Logs`] = functionLogs(plan, made, stage);
    resources[id] = lambdaFunction(plan, made, stage);
    for (const alias of made.aliases) {
      resources[alias.id] = {
        Type: "AWS::Lambda::Alias",
        Properties: { FunctionName: ref(id), FunctionVersion: "$LATEST", Name: alias.name },
      };
    }
  }
  return resources;
}

function lambdaFunction(plan: AwsPlan, made: AwsFunction, stage: StageManifest): CfnResource {
  const { manifests, gateway } = plan;
  const environment: Record<string, CfnValue> = {};
  for (const { name, value } of stage.environment) {
    if (isReserved(name)) continue;
    environment[name] = typeof value === "string" ? value : secretReference(value);
  }
  const timeouts = gateway.api.operations.flatMap(({ integration }) =>
    integration.kind === "function" ? [integration.timeoutMs] : [],
  );
  const seconds = Math.max(10, ...timeouts.map((ms) => Math.ceil(ms / 1000)));
  return {
    Type: "AWS::Lambda::Function",
    Properties: {
      Description: `${made.name}, called by ${gateway.api.name}`.slice(0, 250),
      // `aws cloudformation package` and `sam` put the folder into a bucket
      Code: functionFolder(made),
      Handler: `index.${made.exportName}`,
      Runtime: manifests.aws.lambdaRuntime,
      Architectures: ["arm64"],
      MemorySize: 256,
      Timeout: Math.min(seconds, 900),
      Role: getAtt(`${made.id}Role`, "Arn"),
      LoggingConfig: { LogGroup: ref(`${made.id}Logs`), LogFormat: "JSON" },
      TracingConfig: { Mode: stage.xray ? "Active" : "PassThrough" },
      Environment: {
        Variables: {
          NODE_OPTIONS: "--enable-source-maps",
          STAGE: ref("StageName"),
          ...environment,
        },
      },
      Tags: manifests.tags.length === 0 ? undefined : tagList(manifests.tags),
    },
  };
}

/** Lambda keeps some names for itself. */
function isReserved(name: string): boolean {
  return /^(?:AWS_|LAMBDA_|_HANDLER$|_X_AMZN)/.test(name);
}

function functionLogs(
  { manifests }: AwsPlan,
  made: AwsFunction,
  stage: StageManifest,
): CfnResource {
  const { retainLogGroups, logsKmsKeyArn } = manifests.aws;
  const keep = retainLogGroups ? ("Retain" as const) : undefined;
  return {
    Type: "AWS::Logs::LogGroup",
    DeletionPolicy: keep,
    UpdateReplacePolicy: keep,
    Properties: {
      LogGroupName: sub(`/aws/lambda/\${AWS::StackName}-${subText(made.id)}`),
      RetentionInDays: stage.accessLog.retentionInDays,
      KmsKeyId: stage.accessLog.kmsKeyArn ?? logsKmsKeyArn,
    },
  };
}

function functionRole(plan: AwsPlan, made: AwsFunction, stage: StageManifest): CfnResource {
  const statements: CfnValue[] = [
    {
      Sid: "Logs",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: getAtt(`${made.id}Logs`, "Arn"),
    },
  ];
  if (stage.xray) {
    statements.push({
      Sid: "Traces",
      Effect: "Allow",
      Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
      // X-Ray has no resources
      Resource: "*",
    });
  }
  if (plan.gateway.api.kind === "websocket") {
    statements.push({
      Sid: "Connections",
      Effect: "Allow",
      Action: "execute-api:ManageConnections",
      Resource: sub(
        "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/${StageName}/*/@connections/*",
      ),
    });
  }
  return role(plan, {
    description: `What the function ${made.name} may do.`,
    trust: lambdaTrust,
    policy: { Version: "2012-10-17", Statement: statements },
  });
}

const lambdaTrust: CfnValue = {
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
};

/** Only this account's APIs take the role on. */
const apiTrust: CfnValue = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: "apigateway.amazonaws.com" },
      Action: "sts:AssumeRole",
      Condition: { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } },
    },
  ],
};

export function role(
  { manifests }: AwsPlan,
  options: { readonly description: string; readonly trust: CfnValue; readonly policy: CfnValue },
): CfnResource {
  const { permissionsBoundaryArn } = manifests.aws;
  return {
    Type: "AWS::IAM::Role",
    Properties: {
      Description: options.description.replace(/[^\t\n\r\u0020-\u007e\u00a1-\u00ff]/g, "?"),
      AssumeRolePolicyDocument: options.trust,
      PermissionsBoundary: permissionsBoundaryArn,
      Policies: [{ PolicyName: "allowed", PolicyDocument: options.policy }],
      Tags: manifests.tags.length === 0 ? undefined : tagList(manifests.tags),
    },
  };
}

/** The roles that API Gateway takes on for its integrations. */
export function integrationRoles(plan: AwsPlan, stageIndex: number): CfnResources {
  return Object.fromEntries(
    plan.roles.map((planned) => [planned.id, integrationRole(plan, planned, stageIndex)]),
  );
}

function integrationRole(plan: AwsPlan, planned: AwsRole, stageIndex: number): CfnResource {
  return role(plan, {
    description: planned.description,
    trust: apiTrust,
    policy: {
      Version: "2012-10-17",
      Statement: planned.statements.map(({ action, resources }) => {
        const resource = resources[stageIndex];
        return {
          Effect: "Allow",
          Action: action,
          Resource: resource === undefined ? "*" : textValue(resource),
        };
      }),
    },
  });
}

/** Who may call which function: this API, by stage, method and path. */
export function permissionResources(plan: AwsPlan, stageIndex: number): CfnResources {
  return Object.fromEntries(
    plan.permissions.flatMap((permission) => {
      const target = permission.functions[stageIndex];
      if (target === undefined) return [];
      const resource: CfnResource = {
        Type: "AWS::Lambda::Permission",
        Properties: {
          Action: "lambda:InvokeFunction",
          FunctionName: textValue(target),
          Principal: "apigateway.amazonaws.com",
          SourceArn: sub(sourceArn(permission)),
        },
      };
      return [[permission.id, resource] as const];
    }),
  );
}

function sourceArn({ route }: AwsPermission): string {
  const api = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}";
  return route === undefined ? `${api}/authorizers/*` : `${api}/\${StageName}/${subText(route)}`;
}

export { apiTrust };
