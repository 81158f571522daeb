import type { MethodSettings, Secret } from "./deployment.js";
import type { JsonValue } from "./schema.js";

/** What deployment manifests are made for. */
export type Target = (typeof targets)[number];
export const targets = [
  "cloudformation",
  "sam",
  "terraform",
  "cdk",
  "docker",
  "compose",
  "kubernetes",
] as const;

/** What the settings say about deployments, defaults filled in. */
export interface Manifests {
  /** In the order of {@link targets}, each once. */
  readonly targets: readonly Target[];
  readonly aws: AwsManifest;
  readonly docker: DockerManifest;
  readonly compose: ComposeManifest;
  readonly kubernetes: KubernetesManifest;
  readonly ci: CiManifest;
  /** In the order of the settings; the same stages as those of the deployment. */
  readonly stages: readonly StageManifest[];
  readonly tags: readonly NamedText[];
  /** Grace for requests under way after a stop, in seconds. */
}

export interface NamedText {
  readonly name: string;
  readonly value: string;
}

/** What only AWS reads. */
export interface AwsManifest {
  /** The document as the import takes it; undefined: no target on AWS, or an API of routes. */
  readonly body: Readonly<Record<string, JsonValue>> | undefined;
  readonly mode: "overwrite" | "merge";
  readonly failOnWarnings: boolean;
  readonly endpointType: "REGIONAL" | "EDGE" | "PRIVATE";
  readonly vpcEndpointIds: readonly string[];
  readonly ipAddressType: "ipv4" | "dualstack" | undefined;
  /** Undefined: disabled in stages that have a domain. */
  readonly disableExecuteApiEndpoint: boolean | undefined;
  readonly lambdaRuntime: string;
  readonly permissionsBoundaryArn: string | undefined;
  readonly logsKmsKeyArn: string | undefined;
  readonly artifactBucket: string | undefined;
  readonly alarmTopicArn: string | undefined;
  readonly retainLogGroups: boolean;
  readonly terraform: { readonly backend: "s3" | "local"; readonly providerVersion: string };
  readonly domains: readonly DomainManifest[];
  readonly vpcLinks: readonly VpcLinkManifest[];
  /** Texts of usage plans and API keys that only AWS keeps. */
  readonly planDescriptions: ReadonlyMap<string, string>;
  readonly keyDescriptions: ReadonlyMap<string, string>;
  /** ARN of the function to call on AWS, by the backend's name. */
  readonly functionArns: ReadonlyMap<string, string>;
  /** What service integrations may do, by the role that the document names. */
  readonly access: readonly ServiceAccess[];
}

/** One role of service integrations: what they call, exactly, in each stage. */
export interface ServiceAccess {
  /** Role that the document names; more than one where services differ. */
  readonly credentials: string;
  /** Name in ARNs: `sqs`. */
  readonly service: string;
  readonly statements: readonly AccessStatement[];
}

export interface AccessStatement {
  /** `sqs:SendMessage`. */
  readonly action: string;
  /** ARNs by stage, in the order of the stages; region and account of the API as `${AWS::Region}`. */
  readonly resources: readonly string[];
}

export interface DomainManifest {
  /** Key in the settings. */
  readonly name: string;
  readonly domainName: string;
  readonly certificateArn: string | undefined;
  readonly endpointType: "REGIONAL" | "EDGE" | "PRIVATE";
  readonly securityPolicy: string;
  readonly ipAddressType: "ipv4" | "dualstack" | undefined;
  readonly hostedZoneId: string | undefined;
  readonly truststoreUri: string | undefined;
  readonly truststoreVersion: string | undefined;
  readonly mappings: readonly { readonly stage: string; readonly basePath: string | undefined }[];
}

export interface VpcLinkManifest {
  /** Connection id in the document. */
  readonly name: string;
  readonly version: 1 | 2;
  readonly targetArns: readonly string[];
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

export interface StageManifest {
  readonly name: string;
  /** Its name in paths: safe on every system, and no other stage's. */
  readonly fileName: string;
  /** Its name in DNS labels: no other stage's. */
  readonly label: string;
  readonly description: string | undefined;
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly variables: readonly NamedText[];
  readonly methodDefaults: MethodSettings;
  readonly methods: readonly MethodSettings[];
  readonly detailedMetrics: boolean;
  readonly cache: CacheManifest | undefined;
  readonly accessLog: AccessLogManifest;
  readonly xray: boolean;
  readonly otlpEndpoint: string | undefined;
  readonly canary: CanaryManifest | undefined;
  readonly clientCertificateId: string | undefined;
  readonly waf: WafManifest | undefined;
  readonly alarms: readonly AlarmManifest[];
  readonly dashboard: boolean;
  /** A person releases it. */
  readonly approval: boolean;
  /** How many deployments before stay in a cluster, to go back to. */
  readonly retainDeployments: number;
  /** Names of alarms that turn a deployment back. */
  readonly rollbackAlarms: readonly string[];
  readonly environment: readonly EnvironmentVariable[];
  readonly replicas: { readonly min: number; readonly max: number; readonly cpu: number };
  readonly resources: {
    readonly cpuRequest: string;
    readonly memoryRequest: string;
    readonly memoryLimit: string;
    readonly cpuLimit: string | undefined;
  };
}

export interface EnvironmentVariable {
  readonly name: string;
  readonly value: string | Secret;
}

export interface CacheManifest {
  /** Gigabytes, as AWS names its sizes. */
  readonly size: string;
  readonly ttlSeconds: number | undefined;
  readonly encrypted: boolean;
}

export interface AccessLogManifest {
  readonly destination: "cloudwatch" | "firehose";
  readonly destinationArn: string | undefined;
  /** A `$context` text on one line. */
  readonly format: string;
  readonly retentionInDays: number;
  readonly kmsKeyArn: string | undefined;
}

export interface CanaryManifest {
  readonly percentTraffic: number;
  readonly useStageCache: boolean;
  readonly overrides: readonly NamedText[];
}

export interface WafManifest {
  /** Undefined: the manifest makes one of the rules. */
  readonly webAclArn: string | undefined;
  readonly managedRuleGroups: readonly string[];
  readonly rateLimit: number | undefined;
  readonly ipAllow: readonly string[];
  readonly ipDeny: readonly string[];
}

export interface AlarmManifest {
  readonly name: string;
  /** `5XXError`. */
  readonly metric: string;
  readonly statistic: "Sum" | "Average" | "p50" | "p90" | "p99";
  readonly asPercentOfCount: boolean;
  readonly threshold: number;
  readonly comparison: "above" | "below";
  readonly periodInSeconds: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly actions: readonly string[];
}

export interface DockerManifest {
  /** Without a tag; undefined: the official image of Node. */
  readonly baseImage: string | undefined;
  readonly nodeVersion: string;
  /** Numeric: `10001:10001`. */
  readonly user: string;
  readonly registry: string | undefined;
}

export interface ComposeManifest {
  readonly redis: "valkey" | "redis" | false;
  readonly observability: boolean;
}

export interface KubernetesManifest {
  readonly namespace: string;
  readonly ingress: IngressManifest | undefined;
  readonly redis: "external" | "incluster" | false;
  readonly serviceMonitor: boolean;
  readonly ingressNamespaces: readonly string[];
  readonly egressCidrs: readonly string[];
}

export type IngressManifest =
  | {
      readonly kind: "ingress";
      readonly className: string | undefined;
      readonly host: string;
      readonly tlsSecret: string | undefined;
    }
  | { readonly kind: "gateway"; readonly gatewayClass: string; readonly host: string };

export interface CiManifest {
  readonly codepipeline: CodePipelineManifest | undefined;
  readonly githubActions: GitHubActionsManifest | undefined;
  /** Names of stages, the first deployed first. */
  readonly order: readonly string[];
  readonly approvalBefore: readonly string[];
}

export interface CodePipelineManifest {
  readonly connectionArn: string;
  readonly repository: string;
  readonly branch: string;
  readonly notificationTopicArn: string | undefined;
}

export interface GitHubActionsManifest {
  readonly oidcRoleArn: string | undefined;
  readonly runner: string;
}
