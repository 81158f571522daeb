import type { Deployment, MethodSettings, Stage, Throttle, UsagePlan } from "../ir/deployment.js";
import { quote } from "../json.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";
import type { Change, ChangeKind, ChangeSeverity } from "./change.js";
import { contentOf, isSame, pairUp } from "./pairs.js";

type Place = Pointer | undefined;

function change(
  kind: ChangeKind,
  severity: ChangeSeverity,
  [subject, message]: readonly [subject: string, message: string],
  [before, after]: readonly [Place, Place],
): Change {
  return { kind, severity, subject, message, before, after };
}

/** Compares what the settings say: stages, limits, caches, plans, keys and callers. */
export function compareDeployments(before: Deployment, after: Deployment): readonly Change[] {
  const stages = pairUp(before.stages, after.stages, ({ name }) => name);
  const tops = [before.at, after.at] as const;
  const defaults: readonly Change[] =
    before.defaultStage === after.defaultStage
      ? []
      : [
          change(
            "stage",
            "behaviour",
            [
              "API",
              `the stage that answers without its name is ${after.defaultStage ?? "none"} instead of ${before.defaultStage ?? "none"}`,
            ],
            tops,
          ),
        ];
  return [
    ...defaults,
    ...stages.removed.map(({ name, at }) =>
      change("stage", "breaking", [`stage ${name}`, "is gone"], [at, undefined]),
    ),
    ...stages.added.map(({ name, at }) =>
      change("stage", "safe", [`stage ${name}`, "is new"], [undefined, at]),
    ),
    ...stages.both.flatMap(([old, now]) => compareStages(old, now)),
    ...comparePlans(before.usagePlans, after.usagePlans),
    ...compareKeys(before, after),
    ...compareCallers(before, after),
  ];
}

function compareStages(before: Stage, after: Stage): readonly Change[] {
  const subject = `stage ${after.name}`;
  const places = [before.at, after.at] as const;
  return [
    ...compareVariables(before, after, subject),
    ...compareBackends(before, after, subject),
    ...compareMethods(before, after, subject),
    ...compareCluster(before, after, subject, places),
    ...(isSame(before.canary, after.canary)
      ? []
      : [change("stage", "behaviour", [subject, "its canary changed"], places)]),
  ];
}

function compareVariables(before: Stage, after: Stage, subject: string): readonly Change[] {
  const { both, removed, added } = pairUp(before.variables, after.variables, ({ name }) => name);
  const place = (stage: Stage, name: string): Pointer => child(child(stage.at, "variables"), name);
  const tell = (name: string, text: string, places: readonly [Place, Place]): Change =>
    change("stage-variable", "behaviour", [subject, `its variable ${quote(name)} ${text}`], places);
  return [
    ...removed.map(({ name }) => tell(name, "is gone", [place(before, name), undefined])),
    ...added.map(({ name, value }) =>
      tell(name, `is new: ${quote(value)}`, [undefined, place(after, name)]),
    ),
    ...both
      .filter(([old, now]) => old.value !== now.value)
      .map(([old, now]) =>
        tell(now.name, `is ${quote(now.value)} instead of ${quote(old.value)}`, [
          place(before, old.name),
          place(after, now.name),
        ]),
      ),
  ];
}

function compareBackends(before: Stage, after: Stage, subject: string): readonly Change[] {
  const { both, removed, added } = pairUp(before.backends, after.backends, ({ name }) => name);
  const links = pairUp(before.vpcLinks, after.vpcLinks, ({ name }) => name);
  const tell = (text: string, places: readonly [Place, Place]): Change =>
    change("backend", "behaviour", [subject, text], places);
  const stages = [before.at, after.at] as const;
  return [
    ...removed.map(({ name, at }) =>
      tell(`the backend ${quote(name)} has no binding any more`, [at, after.at]),
    ),
    ...added.map(({ name, at }) =>
      tell(`the backend ${quote(name)} has a binding now`, [before.at, at]),
    ),
    ...both
      .filter(([old, now]) => !isSame(old, now))
      .map(([old, now]) =>
        tell(`the backend ${quote(now.name)} is bound otherwise`, [old.at, now.at]),
      ),
    ...links.both
      .filter(([old, now]) => !isSame(old, now))
      .map(([old, now]) =>
        tell(
          `the VPC link ${quote(now.name)} leads to ${quote(now.upstream)} instead of ${quote(old.upstream)}`,
          stages,
        ),
      ),
    ...links.removed.map(({ name }) =>
      tell(`the VPC link ${quote(name)} has no upstream any more`, stages),
    ),
  ];
}

function compareMethods(before: Stage, after: Stage, subject: string): readonly Change[] {
  const { both, removed, added } = pairUp(before.methods, after.methods, methodName);
  const pairs: readonly (readonly [MethodSettings | undefined, MethodSettings | undefined])[] = [
    [before.methodDefaults, after.methodDefaults],
    ...both,
    ...removed.map((settings) => [settings, undefined] as const),
    ...added.map((settings) => [undefined, settings] as const),
  ];
  return pairs.flatMap(([old, now]) => {
    const name = methodName(now ?? old);
    const places = [old?.at ?? before.at, now?.at ?? after.at] as const;
    return [
      ...compareThrottles(old?.throttle, now?.throttle, [subject, name], places),
      ...(isSame(cachingOf(old), cachingOf(now))
        ? []
        : [change("cache", "behaviour", [subject, `caching of ${name} changed`], places)]),
    ];
  });
}

function methodName(settings: MethodSettings | undefined): string {
  const method = settings?.method;
  return method === undefined ? "all methods" : `${method.method} ${method.path}`;
}

function cachingOf(settings: MethodSettings | undefined): readonly unknown[] {
  return [
    settings?.cachingEnabled ?? null,
    settings?.cacheTtlSeconds ?? null,
    settings?.requireAuthorizationForCacheControl ?? null,
    settings?.unauthorizedCacheControlHeaderStrategy ?? null,
  ];
}

function compareThrottles(
  before: Throttle | undefined,
  after: Throttle | undefined,
  [subject, of]: readonly [subject: string, of: string],
  places: readonly [Place, Place],
): readonly Change[] {
  if (isSame(before, after)) return [];
  const message = `the throttle of ${of} is ${rate(after)} instead of ${rate(before)}`;
  const severity = after === undefined ? "security" : "behaviour";
  return [change("throttle", severity, [subject, message], places)];
}

function rate(throttle: Throttle | undefined): string {
  if (throttle === undefined) return "the account's";
  return `${throttle.rateLimit} requests a second, ${throttle.burstLimit} at once`;
}

function compareCluster(
  { cache: before }: Stage,
  { cache: after }: Stage,
  subject: string,
  places: readonly [Place, Place],
): readonly Change[] {
  if (isSame(before, after)) return [];
  const text =
    before === undefined
      ? "answers are cached now"
      : after === undefined
        ? "answers are not cached any more"
        : "its cache is set otherwise";
  return [change("cache", "behaviour", [subject, text], places)];
}

function comparePlans(
  before: readonly UsagePlan[],
  after: readonly UsagePlan[],
): readonly Change[] {
  const { both, removed, added } = pairUp(before, after, ({ name }) => name);
  return [
    ...removed.map(({ name, at }) =>
      change("usage-plan", "breaking", [`usage plan ${name}`, "is gone"], [at, undefined]),
    ),
    ...added.map(({ name, at }) =>
      change("usage-plan", "safe", [`usage plan ${name}`, "is new"], [undefined, at]),
    ),
    ...both.flatMap(([old, now]) => comparePlan(old, now)),
  ];
}

function comparePlan(before: UsagePlan, after: UsagePlan): readonly Change[] {
  const subject = `usage plan ${after.name}`;
  const places = [before.at, after.at] as const;
  const methods = pairUp(before.methods, after.methods, ({ method, path }) => `${method} ${path}`);
  const quota = (plan: UsagePlan): string =>
    plan.quota === undefined
      ? "none"
      : `${plan.quota.limit} a ${plan.quota.period.toLowerCase()}${plan.quota.offset === 0 ? "" : `, ${plan.quota.offset} taken at first`}`;
  return [
    ...compareThrottles(before.throttle, after.throttle, [subject, "the plan"], places),
    ...(isSame(before.quota, after.quota)
      ? []
      : [
          change(
            "quota",
            after.quota === undefined ? "security" : "behaviour",
            [subject, `its quota is ${quota(after)} instead of ${quota(before)}`],
            places,
          ),
        ]),
    ...methods.both.flatMap(([old, now]) =>
      compareThrottles(old.throttle, now.throttle, [subject, `${now.method} ${now.path}`], places),
    ),
    ...methods.removed.flatMap((old) =>
      compareThrottles(old.throttle, undefined, [subject, `${old.method} ${old.path}`], places),
    ),
    ...methods.added.flatMap((now) =>
      compareThrottles(undefined, now.throttle, [subject, `${now.method} ${now.path}`], places),
    ),
    ...compareMembers(before.keys, after.keys, [subject, "key"], places),
    ...compareMembers(before.stages, after.stages, [subject, "stage"], places),
  ];
}

function compareMembers(
  before: readonly string[],
  after: readonly string[],
  [subject, what]: readonly [subject: string, what: string],
  places: readonly [Place, Place],
): readonly Change[] {
  const removed = before.filter((name) => !after.includes(name));
  const added = after.filter((name) => !before.includes(name));
  return [
    ...removed.map((name) =>
      change(
        "usage-plan",
        "breaking",
        [subject, `it has no ${what} ${quote(name)} any more`],
        places,
      ),
    ),
    ...added.map((name) =>
      change("usage-plan", "safe", [subject, `it has the ${what} ${quote(name)} now`], places),
    ),
  ];
}

function compareKeys(before: Deployment, after: Deployment): readonly Change[] {
  const { both, removed, added } = pairUp(before.apiKeys, after.apiKeys, ({ name }) => name);
  return [
    ...removed.map(({ name, at }) =>
      change("key", "breaking", [`API key ${name}`, "is gone"], [at, undefined]),
    ),
    ...added.map(({ name, at }) =>
      change("key", "safe", [`API key ${name}`, "is new"], [undefined, at]),
    ),
    ...both.flatMap(([old, now]) => {
      const subject = `API key ${now.name}`;
      const places = [old.at, now.at] as const;
      if (old.enabled !== now.enabled) {
        const text = now.enabled ? "is switched on" : "is switched off";
        return [change("key", now.enabled ? "security" : "breaking", [subject, text], places)];
      }
      if (isSame(old.value, now.value)) return [];
      return [change("key", "breaking", [subject, "has another secret"], places)];
    }),
  ];
}

/** Callers with signatures of their own. */
function compareCallers(before: Deployment, after: Deployment): readonly Change[] {
  const { both, removed, added } = pairUp(before.principals, after.principals, ({ name }) => name);
  return [
    ...removed.map(({ name, at }) =>
      change("key", "breaking", [`caller ${name}`, "is gone"], [at, undefined]),
    ),
    ...added.map(({ name, at }) =>
      change("key", "security", [`caller ${name}`, "is new"], [undefined, at]),
    ),
    ...both
      .filter(([old, now]) => contentOf(old) !== contentOf(now))
      .map(([old, now]) =>
        change(
          "key",
          "security",
          [`caller ${now.name}`, "is set otherwise: identity, key or policies"],
          [old.at, now.at],
        ),
      ),
  ];
}
