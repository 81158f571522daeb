import type { AwsPlan } from "../../../plan/deployment/aws.js";
import { snake } from "../../../plan/deployment/ids.js";
import { expression, type HclBlock, type HclValue } from "../language/hcl.js";
import { block, dynamicBlock, partition, region, resource, template } from "./values.js";

/** Domains with their mappings and records. */
export function domainBlocks(plan: AwsPlan): readonly HclBlock[] {
  if (plan.manifests.aws.domains.length === 0) return [];
  const isRest = plan.gateway.api.kind === "rest";
  const type = isRest ? "aws_api_gateway_domain_name" : "aws_apigatewayv2_domain_name";
  const edge = 'var.settings.domains[each.value.host].endpoint_type == "EDGE"';
  const target = isRest
    ? {
        name: `${edge} ? each.value.domain.cloudfront_domain_name : each.value.domain.regional_domain_name`,
        zone: `${edge} ? each.value.domain.cloudfront_zone_id : each.value.domain.regional_zone_id`,
      }
    : {
        name: "each.value.domain.domain_name_configuration[0].target_domain_name",
        zone: "each.value.domain.domain_name_configuration[0].hosted_zone_id",
      };
  // the provider knows it from 5.96 on
  const ipAddressType = plan.manifests.aws.domains.some(({ ipAddressType: own }) => own)
    ? expression("each.value.ip_address_type")
    : undefined;
  const trust = dynamicBlock(
    "mutual_tls_authentication",
    "each.value.truststore_uri == null ? [] : [each.value]",
    {
      truststore_uri: expression("mutual_tls_authentication.value.truststore_uri"),
      truststore_version: expression("mutual_tls_authentication.value.truststore_version"),
    },
  );
  const domain = isRest
    ? resource(
        type,
        "api",
        {
          for_each: expression("var.settings.domains"),
          domain_name: expression("each.key"),
          regional_certificate_arn: expression(
            'each.value.endpoint_type == "EDGE" ? null : each.value.certificate_arn',
          ),
          certificate_arn: expression(
            'each.value.endpoint_type == "EDGE" ? each.value.certificate_arn : null',
          ),
          security_policy: expression("each.value.security_policy"),
        },
        [
          block("endpoint_configuration", {
            types: expression("[each.value.endpoint_type]"),
            ip_address_type: ipAddressType,
          }),
          trust,
        ],
      )
    : resource(
        type,
        "api",
        { for_each: expression("var.settings.domains"), domain_name: expression("each.key") },
        [
          block("domain_name_configuration", {
            certificate_arn: expression("each.value.certificate_arn"),
            endpoint_type: "REGIONAL",
            security_policy: expression("each.value.security_policy"),
            ip_address_type: ipAddressType,
          }),
          trust,
        ],
      );
  const api = isRest ? "aws_api_gateway_rest_api.api.id" : "aws_apigatewayv2_api.api.id";
  const stage = isRest ? "aws_api_gateway_stage.api.stage_name" : "aws_apigatewayv2_stage.api.name";
  const mappings = (condition: string): string =>
    `{ for key, one in local.domain_mappings : key => one if ${condition} }`;
  return [
    domain,
    block("locals", {
      domain_mappings: expression(
        'merge([for host, one in var.settings.domains : { for path in one.base_paths : "${host}/${path}" => { host = host, path = path } }]...)',
      ),
      domain_records: expression(
        `merge([for host, one in var.settings.domains : one.hosted_zone_id == null ? {} : { for type in one.ip_address_type == "ipv4" ? ["A"] : ["A", "AAAA"] : "\${host}/\${type}" => { host = host, type = type, zone = one.hosted_zone_id, domain = ${type}.api[host] } }]...)`,
      ),
    }),
    ...(isRest
      ? [
          resource("aws_api_gateway_base_path_mapping", "api", {
            for_each: expression(mappings('!strcontains(one.path, "/")')),
            api_id: expression(api),
            domain_name: expression(`${type}.api[each.value.host].domain_name`),
            stage_name: expression(stage),
            base_path: expression('each.value.path == "" ? null : each.value.path'),
          }),
        ]
      : []),
    // a path of several levels is a mapping of the second version of the service, for REST APIs as well
    resource("aws_apigatewayv2_api_mapping", "api", {
      for_each: expression(
        isRest ? mappings('strcontains(one.path, "/")') : "local.domain_mappings",
      ),
      api_id: expression(api),
      domain_name: expression(`${type}.api[each.value.host].domain_name`),
      stage: expression(stage),
      api_mapping_key: expression('each.value.path == "" ? null : each.value.path'),
    }),
    resource(
      "aws_route53_record",
      "api",
      {
        for_each: expression("local.domain_records"),
        zone_id: expression("each.value.zone"),
        name: expression("each.value.host"),
        type: expression("each.value.type"),
      },
      [
        block("alias", {
          name: expression(target.name),
          zone_id: expression(target.zone),
          evaluate_target_health: false,
        }),
      ],
    ),
  ];
}

/** The firewall of the stage; REST APIs alone have one. */
export function wafBlocks(plan: AwsPlan): readonly HclBlock[] {
  const { stages } = plan.manifests;
  if (plan.gateway.api.kind !== "rest" || stages.every(({ waf }) => waf === undefined)) return [];
  const own = "local.own_waf ? 1 : 0";
  const visibility = (name: HclValue): HclBlock =>
    block("visibility_config", {
      cloudwatch_metrics_enabled: true,
      sampled_requests_enabled: true,
      metric_name: name,
    });
  const none = { attributes: {}, labels: [], blocks: [] } as const;
  const empty = (type: string): HclBlock => ({ ...none, type });
  return [
    block("locals", {
      own_waf: expression(
        "var.settings.waf != null && try(var.settings.waf.web_acl_arn, null) == null",
      ),
      waf_sets: expression(
        'local.own_waf ? { for name, one in { deny_ipv4 = { version = "IPV4", list = [for a in var.settings.waf.ip_deny : a if !strcontains(a, ":")] }, deny_ipv6 = { version = "IPV6", list = [for a in var.settings.waf.ip_deny : a if strcontains(a, ":")] }, allow_ipv4 = { version = "IPV4", list = [for a in var.settings.waf.ip_allow : a if !strcontains(a, ":")] }, allow_ipv6 = { version = "IPV6", list = [for a in var.settings.waf.ip_allow : a if strcontains(a, ":")] } } : name => one if length(one.list) > 0 } : {}',
      ),
      waf_groups: expression("local.own_waf ? var.settings.waf.managed_rule_groups : []"),
    }),
    resource("aws_wafv2_ip_set", "api", {
      for_each: expression("local.waf_sets"),
      name: template(expression("local.name"), "-", expression("each.key")),
      scope: "REGIONAL",
      ip_address_version: expression("each.value.version"),
      addresses: expression("each.value.list"),
    }),
    resource(
      "aws_wafv2_web_acl",
      "api",
      {
        count: expression(own),
        name: expression("local.name"),
        scope: "REGIONAL",
      },
      [
        block("default_action", {}, [
          // with a list of those who may, nobody else may
          dynamicBlock("allow", "length(var.settings.waf.ip_allow) == 0 ? [1] : []", {}),
          dynamicBlock("block", "length(var.settings.waf.ip_allow) == 0 ? [] : [1]", {}),
        ]),
        dynamicBlock(
          "rule",
          '[for name in keys(local.waf_sets) : name if startswith(name, "deny")]',
          { name: expression("rule.value"), priority: expression("rule.key") },
          [
            block("action", {}, [empty("block")]),
            block("statement", {}, [
              block("ip_set_reference_statement", {
                arn: expression("aws_wafv2_ip_set.api[rule.value].arn"),
              }),
            ]),
            visibility(expression("rule.value")),
          ],
        ),
        dynamicBlock(
          "rule",
          "try(var.settings.waf.rate_limit, null) == null ? [] : [var.settings.waf.rate_limit]",
          { name: "rate-by-address", priority: 10 },
          [
            block("action", {}, [empty("block")]),
            block("statement", {}, [
              block("rate_based_statement", {
                limit: expression("max(10, rule.value)"),
                aggregate_key_type: "IP",
              }),
            ]),
            visibility("rate-by-address"),
          ],
        ),
        dynamicBlock(
          "rule",
          "local.waf_groups",
          { name: expression("rule.value"), priority: expression("20 + rule.key") },
          [
            block("override_action", {}, [empty("none")]),
            block("statement", {}, [
              block("managed_rule_group_statement", {
                vendor_name: "AWS",
                name: expression("rule.value"),
              }),
            ]),
            visibility(expression("rule.value")),
          ],
        ),
        dynamicBlock(
          "rule",
          '[for name in keys(local.waf_sets) : name if startswith(name, "allow")]',
          { name: expression("rule.value"), priority: expression("100 + rule.key") },
          [
            block("action", {}, [empty("allow")]),
            block("statement", {}, [
              block("ip_set_reference_statement", {
                arn: expression("aws_wafv2_ip_set.api[rule.value].arn"),
              }),
            ]),
            visibility(expression("rule.value")),
          ],
        ),
        visibility(expression("local.name")),
      ],
    ),
    resource("aws_wafv2_web_acl_association", "api", {
      count: expression("var.settings.waf == null ? 0 : 1"),
      resource_arn: template(
        "arn:",
        partition,
        ":apigateway:",
        region,
        "::/restapis/",
        expression("aws_api_gateway_rest_api.api.id"),
        "/stages/",
        expression("aws_api_gateway_stage.api.stage_name"),
      ),
      web_acl_arn: expression(
        "local.own_waf ? aws_wafv2_web_acl.api[0].arn : var.settings.waf.web_acl_arn",
      ),
    }),
  ];
}

export function vpcLinkBlocks(plan: AwsPlan): readonly HclBlock[] {
  return plan.vpcLinks.flatMap(({ id, name, version, targetArns, subnetIds, securityGroupIds }) => {
    const own = snake(id);
    const isFirst = version === 1 && plan.gateway.api.kind !== "http";
    const type = isFirst ? "aws_api_gateway_vpc_link" : "aws_apigatewayv2_vpc_link";
    return [
      resource(
        type,
        own,
        isFirst
          ? { name, target_arns: targetArns }
          : { name, subnet_ids: subnetIds, security_group_ids: securityGroupIds },
      ),
      block("locals", { [`vpc_link_${own}`]: expression(`${type}.${own}.id`) }),
    ];
  });
}
