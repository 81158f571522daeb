// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { Observation } from "./observation.js";
import type { ViewPart } from "./view.js";
import type { ViewsPart } from "./views-part.js";

/** Puts views together: each request is observed once, for all of them. */
export function observed(...parts: readonly ViewPart[]): ViewsPart {
  return (setup) => {
    const views = parts.map((part) => part(setup));
    const beginning = views.filter(({ begin }) => begin !== undefined);
    const following = views.filter(({ event }) => event !== undefined);
    const pushing = views.filter(({ pushed }) => pushed !== undefined);
    return {
      listen: (exchange) => {
        const observation = new Observation(exchange);
        for (let i = 0; i < beginning.length; i += 1) beginning[i]?.begin?.(observation);
        return (event) => {
          observation.add(event);
          for (let i = 0; i < following.length; i += 1) following[i]?.event?.(observation, event);
          if (event.kind !== "sent") return;
          for (let i = 0; i < views.length; i += 1) views[i]?.ended(observation);
        };
      },
      metrics: views.find(({ metrics }) => metrics !== undefined)?.metrics ?? null,
      pushed:
        pushing.length === 0 ? null : (stage) => pushing.forEach((view) => view.pushed?.(stage)),
      dropped: () => views.reduce((sum, view) => sum + (view.dropped?.() ?? 0), 0),
      close: async () => {
        await Promise.all(views.map((view) => view.close()));
      },
    };
  };
}
