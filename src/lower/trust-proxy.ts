import type { DiagnosticSink } from "../diagnostics.js";
import type { Deployment } from "../ir/deployment.js";
import { isList, quote } from "../json.js";
import { child, type Pointer } from "../pointer.js";

/** Which proxies are believed what they say of clients. Problem: GG042, what is neither an address nor a network. */
export function lowerTrustProxy(
  value: unknown,
  at: Pointer,
  sink: DiagnosticSink,
): Deployment["trustProxy"] {
  if (value === true) return "all";
  if (!isList(value)) return undefined;
  const networks = value.map(String);
  const isKnown = (network: string): boolean => {
    const [address = "", bits, ...others] = network.split("/");
    const longest = isVersion4(address) ? 32 : isVersion6(address) ? 128 : undefined;
    if (longest === undefined || others.length > 0) return false;
    return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest);
  };
  for (const [index, network] of networks.entries()) {
    if (isKnown(network)) continue;
    sink.error("GG042", child(at, index), `${quote(network)} is no address and no network`, {
      hint: "write 10.0.0.0/8, 192.0.2.1, fd00::/8, or true for whoever connects",
    });
  }
  const known = networks.filter(isKnown);
  return known.length === 0 ? undefined : known;
}

// node:net knows both, and costs every run more than these
function isVersion4(address: string): boolean {
  return (
    /^\d{1,3}(?:\.\d{1,3}){3}$/.test(address) &&
    address.split(".").every((part) => Number(part) < 256)
  );
}

function isVersion6(address: string): boolean {
  return (
    /^[\da-fA-F:.]+$/.test(address) && address.includes(":") && URL.canParse(`http://[${address}]/`)
  );
}
