import { BlockList, isIP } from "node:net";
import type { TrustedProxies } from "./node.js";

/**
 * Proxies by their addresses and networks (`10.0.0.0/8`, `fd00::/8`, `192.0.2.1`), or all. The client is the
 * last address in `X-Forwarded-For` that is no trusted proxy: each proxy adds the one that it was called from,
 * and what stands before that the client may have made up. With all trusted it is the first one, so nobody but
 * a proxy may be able to reach the gateway then.
 */
export function trustedProxies(networks: readonly string[] | "all"): TrustedProxies {
  const isTrusted = networks === "all" ? () => true : createMatcher(networks);
  return (peerAddress, rawHeaders) => {
    if (!isTrusted(peerAddress)) return null;
    let address = peerAddress;
    const hops = valuesOf(rawHeaders, "x-forwarded-for");
    for (let index = hops.length - 1; index >= 0; index--) {
      const hop = plainHop(hops[index] ?? "");
      // what is no address tells nothing of those before it either
      if (hop === null) break;
      address = hop;
      if (!isTrusted(hop)) break;
    }
    const protocol = valuesOf(rawHeaders, "x-forwarded-proto").at(-1)?.toLowerCase();
    const port = Number(valuesOf(rawHeaders, "x-forwarded-port").at(-1));
    return {
      address,
      protocol: protocol === "http" || protocol === "https" ? protocol : null,
      port: Number.isInteger(port) && port > 0 && port < 65_536 ? port : null,
    };
  };
}

function createMatcher(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", bits] = network.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => {
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 6 ? "ipv6" : "ipv4");
  };
}

/** Members of a list header, in order, over all of its lines. */
function valuesOf(rawHeaders: readonly string[], name: string): readonly string[] {
  const values: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() !== name) continue;
    for (const value of (rawHeaders[index + 1] ?? "").split(",")) values.push(value.trim());
  }
  return values;
}

/** An address without the port that some proxies add, and without brackets. */
function plainHop(text: string): string | null {
  const bare =
    /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const plain =
    bare.toLowerCase().startsWith("::ffff:") && bare.includes(".") ? bare.slice(7) : bare;
  return isIP(plain) === 0 ? null : plain;
}
