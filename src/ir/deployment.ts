import type { Pointer } from "../pointer.js";

/** What the settings say: stages and what stands behind ARNs and hosts. Later issues widen it. */
export interface Deployment {
  readonly at: Pointer;
  /** In settings order; at least one. */
  readonly stages: readonly Stage[];
  /** The stage that also answers without its name; undefined when that would be ambiguous. */
  readonly defaultStage: string | undefined;
  readonly accountId: string;
  readonly region: string;
  /** TCP port the generated gateway listens on unless `PORT` is set. */
  readonly port: number;
  /** Functions in worker threads or in the gateway's own thread. */
  readonly functionMode: "worker" | "in-thread";
  /** True when a settings file was given or found; false: the project gets one to start from. */
  readonly hasSettings: boolean;
}

export interface Stage {
  readonly at: Pointer;
  readonly name: string;
  readonly description: string | undefined;
  readonly variables: readonly { readonly name: string; readonly value: string }[];
  /** In order of precedence. */
  readonly backends: readonly Backend[];
  readonly vpcLinks: readonly VpcLinkBinding[];
}

/** Where a VPC link leads in a stage. */
export interface VpcLinkBinding {
  /** Connection id. */
  readonly name: string;
  /** Address of the private host. */
  readonly upstream: string;
  /** The backend sees the stage's name in front of the path. */
  readonly stageInPath: boolean;
}

export interface Backend {
  readonly at: Pointer;
  readonly name: string;
  readonly match: readonly string[];
  readonly timeoutMs: number | undefined;
  readonly target: BackendTarget;
}
export type BackendTarget =
  /** A module of the project, relative to its root, and the name of its handler export. */
  | { readonly kind: "module"; readonly path: string; readonly exportName: string }
  | { readonly kind: "url"; readonly url: string }
  /** An AWS service at another endpoint, in another region, or by another name. */
  | {
      readonly kind: "service";
      readonly name: string;
      readonly region: string | undefined;
      readonly endpoint: string | undefined;
    }
  | { readonly kind: "lambda"; readonly region: string; readonly endpoint: string | undefined }
  | {
      readonly kind: "mock";
      readonly statusCode: number;
      readonly headers: readonly { readonly name: string; readonly value: string }[];
      readonly body: string;
    };
