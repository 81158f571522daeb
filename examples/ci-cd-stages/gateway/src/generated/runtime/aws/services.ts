// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** What calling a service takes beside its name in the ARN of an integration. */
export interface ServiceFacts {
  /** First labels of the endpoint: `email` for `ses`, `data.iot`. */
  readonly host: string;
  /** Name in the credential scope of signatures. */
  readonly signing: string;
  /** What stands behind `AWS_ENDPOINT_URL_`: the SDK's id of the service. */
  readonly variable: string;
  /** AWS JSON: prefix of `X-Amz-Target` and version in the content type; null: query protocol. */
  readonly json: { readonly target: string; readonly version: "1.0" | "1.1" } | null;
  /** The region that requests are signed for, where one endpoint serves all regions; else null. */
  readonly global: string | null;
}

type Exception = Partial<ServiceFacts>;

const json10 = (target: string, rest: Exception = {}): Exception => ({
  json: { target, version: "1.0" },
  ...rest,
});
const json11 = (target: string, rest: Exception = {}): Exception => ({
  json: { target, version: "1.1" },
  ...rest,
});
const signedAs = (signing: string, rest: Exception = {}): Exception => ({ signing, ...rest });
const named = (variable: string): Exception => ({ variable });
const global = (variable: string, region = "us-east-1"): Exception => ({
  variable,
  global: region,
});

/**
 * Services by their name in ARNs, subdomain included. One that is not listed has its own name
 * everywhere and speaks the query protocol, as SSM was recorded to do although it knows JSON, too.
 * Source: the services' API references and endpoint lists.
 */
const EXCEPTIONS: ReadonlyMap<string, Exception> = new Map<string, Exception>([
  ["acm", json11("CertificateManager")],
  ["api.ecr", json11("AmazonEC2ContainerRegistry_V20150921", { signing: "ecr", variable: "ECR" })],
  ["api.sagemaker", json11("SageMaker", { signing: "sagemaker", variable: "SAGEMAKER" })],
  ["athena", json11("AmazonAthena")],
  ["autoscaling", named("AUTO_SCALING")],
  ["bedrock-runtime", signedAs("bedrock")],
  ["cloudfront", global("CLOUDFRONT")],
  ["codebuild", json11("CodeBuild_20161006")],
  ["codecommit", json11("CodeCommit_20150413")],
  ["codepipeline", json11("CodePipeline_20150709")],
  ["cognito-identity", json11("AWSCognitoIdentityService")],
  [
    "cognito-idp",
    json11("AWSCognitoIdentityProviderService", { variable: "COGNITO_IDENTITY_PROVIDER" }),
  ],
  ["comprehend", json11("Comprehend_20171127")],
  ["data.iot", signedAs("iotdata", { variable: "IOT_DATA_PLANE" })],
  ["data-ats.iot", signedAs("iotdata", { variable: "IOT_DATA_PLANE" })],
  ["dynamodb", json10("DynamoDB_20120810")],
  ["ecs", json11("AmazonEC2ContainerServiceV20141113")],
  ["email", signedAs("ses", { variable: "SES" })],
  ["es", named("ELASTICSEARCH_SERVICE")],
  ["events", json11("AWSEvents", { variable: "EVENTBRIDGE" })],
  ["firehose", json11("Firehose_20150804")],
  ["glue", json11("AWSGlue")],
  ["iam", global("IAM")],
  ["kinesis", json11("Kinesis_20131202")],
  ["kms", json11("TrentService")],
  ["logs", json11("Logs_20140328", { variable: "CLOUDWATCH_LOGS" })],
  ["mobiletargeting", named("PINPOINT")],
  ["monitoring", named("CLOUDWATCH")],
  [
    "organizations",
    json11("AWSOrganizationsV20161128", { global: "us-east-1", host: "organizations.us-east-1" }),
  ],
  ["rekognition", json11("RekognitionService")],
  ["route53", global("ROUTE_53")],
  ["runtime.lex", signedAs("lex", { variable: "LEX_RUNTIME_SERVICE" })],
  ["runtime.sagemaker", signedAs("sagemaker", { variable: "SAGEMAKER_RUNTIME" })],
  ["secretsmanager", json11("secretsmanager", { variable: "SECRETS_MANAGER" })],
  ["servicediscovery", json11("Route53AutoNaming_v20170314")],
  ["ses", signedAs("ses", { host: "email" })],
  ["states", json10("AWSStepFunctions", { variable: "SFN" })],
  ["streams.dynamodb", json10("DynamoDBStreams_20120810", { signing: "dynamodb" })],
  ["swf", json10("SimpleWorkflowService")],
  ["tagging", json11("ResourceGroupsTaggingAPI_20170126")],
  ["textract", json11("Textract")],
  ["transcribe", json11("Transcribe")],
  ["translate", json11("AWSShineFrontendService_20170701")],
]);

/**
 * Facts of a service. `subdomain`: what stands in front of its name in the ARN (`data` of
 * `data.iot`); one without an entry of its own is a name inside the service (`bucket.s3`).
 */
export function serviceFacts(service: string, subdomain: string | null): ServiceFacts {
  const full = subdomain === null ? service : `${subdomain}.${service}`;
  return {
    host: full,
    signing: service,
    variable: service.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_"),
    json: null,
    global: null,
    ...EXCEPTIONS.get(service),
    ...EXCEPTIONS.get(full),
  };
}
