import type { DomainManifest, StageManifest, WafManifest } from "../../../ir/manifest.js";
import { namedId, type AwsPlan } from "../../../plan/deployment/aws.js";
import {
  getAtt,
  ref,
  sub,
  tagList,
  type CfnResource,
  type CfnResources,
  type CfnValue,
} from "./values.js";

/** Domains that lead to the stage. */
export function stageDomains(
  { manifests }: AwsPlan,
  stage: StageManifest,
): readonly DomainManifest[] {
  return manifests.aws.domains.filter(({ mappings }) =>
    mappings.some((mapping) => mapping.stage === stage.name),
  );
}

/** Domains with their mappings and the records of DNS. */
export function domainResources(plan: AwsPlan, stage: StageManifest): CfnResources {
  const resources: Record<string, CfnResource> = {};
  for (const domain of stageDomains(plan, stage)) {
    const id = namedId(plan, "Domain", domain.name);
    const isRest = plan.gateway.api.kind === "rest";
    resources[id] = isRest ? restDomain(plan, domain) : httpDomain(plan, domain);
    const own = domain.mappings.filter((mapping) => mapping.stage === stage.name);
    own.forEach((mapping, index) => {
      resources[`${id}Mapping${index === 0 ? "" : String(index + 1)}`] = mappingResource(
        isRest,
        id,
        mapping.basePath,
      );
    });
    if (domain.hostedZoneId === undefined) continue;
    for (const type of domain.ipAddressType === "ipv4" ? ["A"] : ["A", "AAAA"]) {
      resources[`${id}${type === "A" ? "Record" : "Ipv6Record"}`] = recordResource(
        id,
        domain,
        type,
      );
    }
  }
  return resources;
}

function restDomain(plan: AwsPlan, domain: DomainManifest): CfnResource {
  const { manifests, certificates } = plan;
  const certificate = ref(certificates.get(domain.name) ?? "");
  const isEdge = domain.endpointType === "EDGE";
  return {
    Type: "AWS::ApiGateway::DomainName",
    Properties: {
      DomainName: domain.domainName,
      EndpointConfiguration: {
        Types: [isEdge ? "EDGE" : "REGIONAL"],
        IpAddressType: domain.ipAddressType,
      },
      ...(isEdge ? { CertificateArn: certificate } : { RegionalCertificateArn: certificate }),
      SecurityPolicy: domain.securityPolicy,
      MutualTlsAuthentication: truststore(domain),
      Tags: manifests.tags.length === 0 ? undefined : tagList(manifests.tags),
    },
  };
}

function httpDomain({ manifests, certificates }: AwsPlan, domain: DomainManifest): CfnResource {
  return {
    Type: "AWS::ApiGatewayV2::DomainName",
    Properties: {
      DomainName: domain.domainName,
      DomainNameConfigurations: [
        {
          CertificateArn: ref(certificates.get(domain.name) ?? ""),
          EndpointType: "REGIONAL",
          SecurityPolicy: domain.securityPolicy,
          IpAddressType: domain.ipAddressType,
        },
      ],
      MutualTlsAuthentication: truststore(domain),
      Tags: tagObject(manifests.tags),
    },
  };
}

function truststore({ truststoreUri, truststoreVersion }: DomainManifest): CfnValue | undefined {
  return truststoreUri === undefined
    ? undefined
    : { TruststoreUri: truststoreUri, TruststoreVersion: truststoreVersion };
}

export function tagObject(
  tags: readonly { readonly name: string; readonly value: string }[],
): CfnValue | undefined {
  return tags.length === 0
    ? undefined
    : Object.fromEntries(tags.map(({ name, value }) => [name, value]));
}

/** A base path of several levels is a mapping of the second version of the service, for REST APIs as well. */
function mappingResource(
  isRest: boolean,
  domain: string,
  basePath: string | undefined,
): CfnResource {
  if (isRest && !(basePath?.includes("/") ?? false)) {
    return {
      Type: "AWS::ApiGateway::BasePathMapping",
      Properties: {
        DomainName: ref(domain),
        RestApiId: ref("Api"),
        Stage: ref("Stage"),
        BasePath: basePath,
      },
    };
  }
  return {
    Type: "AWS::ApiGatewayV2::ApiMapping",
    Properties: {
      DomainName: ref(domain),
      ApiId: ref("Api"),
      Stage: ref("Stage"),
      ApiMappingKey: basePath,
    },
  };
}

function recordResource(id: string, domain: DomainManifest, type: string): CfnResource {
  const isEdge = domain.endpointType === "EDGE";
  const [name, zone] = isEdge
    ? ["DistributionDomainName", "DistributionHostedZoneId"]
    : ["RegionalDomainName", "RegionalHostedZoneId"];
  return {
    Type: "AWS::Route53::RecordSet",
    Properties: {
      HostedZoneId: domain.hostedZoneId,
      Name: domain.domainName,
      Type: type,
      AliasTarget: {
        DNSName: getAtt(id, name ?? ""),
        HostedZoneId: getAtt(id, zone ?? ""),
        EvaluateTargetHealth: false,
      },
    },
  };
}

/** The firewall of the stage; REST APIs alone have one. */
export function wafResources(plan: AwsPlan, stage: StageManifest): CfnResources {
  const { waf } = stage;
  if (waf === undefined || plan.gateway.api.kind !== "rest") return {};
  const stageArn = sub(
    "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${Api}/stages/${StageName}",
  );
  const association = (arn: CfnValue): CfnResource => ({
    Type: "AWS::WAFv2::WebACLAssociation",
    DependsOn: "Stage",
    Properties: { ResourceArn: stageArn, WebACLArn: arn },
  });
  if (waf.webAclArn !== undefined) return { WebAclAssociation: association(waf.webAclArn) };
  const sets = [
    ...(waf.ipAllow.length === 0 ? [] : [ipSets("Allow", waf.ipAllow)]),
    ...(waf.ipDeny.length === 0 ? [] : [ipSets("Deny", waf.ipDeny)]),
  ].flat();
  return {
    ...Object.fromEntries(sets.map(({ id, resource }) => [id, resource])),
    WebAcl: {
      Type: "AWS::WAFv2::WebACL",
      Properties: {
        Name: sub("${AWS::StackName}"),
        Scope: "REGIONAL",
        // with a list of those who may, nobody else may
        DefaultAction: waf.ipAllow.length === 0 ? { Allow: {} } : { Block: {} },
        Rules: rules(waf, sets),
        VisibilityConfig: visibility("WebAcl"),
      },
    },
    WebAclAssociation: association(getAtt("WebAcl", "Arn")),
  };
}

interface IpSet {
  readonly id: string;
  readonly action: "Allow" | "Deny";
  readonly resource: CfnResource;
}

/** One set for each version of IP. */
function ipSets(action: "Allow" | "Deny", addresses: readonly string[]): readonly IpSet[] {
  return ["IPV4", "IPV6"].flatMap((version) => {
    const own = addresses
      .filter((address) => address.includes(":") === (version === "IPV6"))
      .map((address) => {
        if (address.includes("/")) return address;
        return `${address}/${version === "IPV6" ? "128" : "32"}`;
      });
    if (own.length === 0) return [];
    const resource: CfnResource = {
      Type: "AWS::WAFv2::IPSet",
      Properties: { Scope: "REGIONAL", IPAddressVersion: version, Addresses: own },
    };
    return [{ id: `${action}${version === "IPV6" ? "Ipv6" : "Ipv4"}Addresses`, action, resource }];
  });
}

function rules(waf: WafManifest, sets: readonly IpSet[]): CfnValue {
  const all: { readonly name: string; readonly rule: Readonly<Record<string, CfnValue>> }[] = [];
  for (const { id, action } of sets.filter((set) => set.action === "Deny")) {
    all.push({
      name: id,
      rule: {
        Action: action === "Deny" ? { Block: {} } : { Allow: {} },
        Statement: { IPSetReferenceStatement: { Arn: getAtt(id, "Arn") } },
      },
    });
  }
  if (waf.rateLimit !== undefined) {
    all.push({
      name: "RateByAddress",
      rule: {
        Action: { Block: {} },
        Statement: {
          RateBasedStatement: { Limit: Math.max(10, waf.rateLimit), AggregateKeyType: "IP" },
        },
      },
    });
  }
  for (const group of waf.managedRuleGroups) {
    all.push({
      name: group,
      rule: {
        OverrideAction: { None: {} },
        Statement: { ManagedRuleGroupStatement: { VendorName: "AWS", Name: group } },
      },
    });
  }
  // last: an address that may call has passed all the others
  for (const { id } of sets.filter((set) => set.action === "Allow")) {
    all.push({
      name: id,
      rule: {
        Action: { Allow: {} },
        Statement: { IPSetReferenceStatement: { Arn: getAtt(id, "Arn") } },
      },
    });
  }
  return all.map(({ name, rule }, index) => ({
    Name: name,
    Priority: index,
    ...rule,
    VisibilityConfig: visibility(name),
  }));
}

function visibility(name: string): CfnValue {
  return {
    CloudWatchMetricsEnabled: true,
    SampledRequestsEnabled: true,
    MetricName: name.replace(/[^A-Za-z0-9_-]/g, "-").slice(0, 128),
  };
}
