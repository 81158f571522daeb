// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { TraceSink } from "../trace.js";
import { Observation } from "./observation.js";
import type { View, ViewPart } from "./view.js";
import type { ViewsPart } from "./views-part.js";

/** Puts views together: each request is observed once, for all of them. */
export function observed(...parts: readonly ViewPart[]): ViewsPart {
  return (setup) => {
    const views = parts.map((part) => part(setup));
    const beginning = views.filter(({ begin }) => begin !== undefined);
    const following = views.filter(({ follow }) => follow !== undefined);
    const ending = views.filter(({ ended }) => ended !== undefined);
    const pushing = views.filter(({ pushed }) => pushed !== undefined);
    return {
      listen: (exchange) => {
        const observation = new Observation(exchange);
        for (let i = 0; i < beginning.length; i += 1) beginning[i]?.begin?.(observation);
        let followers: readonly TraceSink[] | null = null;
        return (event) => {
          observation.add(event);
          followers ??= followersOf(following, observation);
          for (let i = 0; i < followers.length; i += 1) followers[i]?.(event);
          if (event.kind !== "sent") return;
          for (let i = 0; i < ending.length; i += 1) ending[i]?.ended?.(observation);
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

const NOBODY: readonly TraceSink[] = [];

function followersOf(views: readonly View[], observation: Observation): readonly TraceSink[] {
  let followers: TraceSink[] | null = null;
  for (let i = 0; i < views.length; i += 1) {
    const sink = views[i]?.follow?.(observation) ?? null;
    if (sink !== null) (followers ??= []).push(sink);
  }
  return followers ?? NOBODY;
}
