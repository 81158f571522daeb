import type { LoadOptions } from "../load/load-document.js";
import type { InputOptions } from "./options.js";

/** What a command says about its document, as the library takes it. */
export function loadOptions(options: Omit<InputOptions, "quiet">): LoadOptions {
  const { spec, config, overlays, resource, allowRemoteRefs, refRoots } = options;
  return {
    input: spec,
    overlays,
    allowRemoteRefs,
    refRoots,
    ...(config === undefined ? {} : { config }),
    ...(resource === undefined ? {} : { resource }),
  };
}
