import { useEffect, useState } from "preact/hooks";

/** What the page shows: `#/requests/ID`. */
export interface Address {
  readonly panel: string;
  /** What is chosen in it; empty: nothing. */
  readonly item: string;
}

function read(): Address {
  const [, panel = "", ...item] = location.hash.split("/");
  return { panel, item: item.map(decode).join("/") };
}

/** An address may be typed: what is malformed is taken as it stands. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function addressOf(panel: string, item: string): string {
  return `#/${panel}/${encodeURIComponent(item)}`;
}

/** Chooses something; the way back leads to the panel before, not through all that was chosen in this one. */
export function go(panel: string, item: string): void {
  const next = item === "" ? `#/${panel}` : addressOf(panel, item);
  if (read().panel === panel) {
    history.replaceState(null, "", next);
    dispatchEvent(new HashChangeEvent("hashchange"));
  } else location.hash = next;
}

export function useAddress(): Address {
  const [address, setAddress] = useState(read);
  useEffect(() => {
    const listen = (): void => setAddress(read());
    addEventListener("hashchange", listen);
    return () => removeEventListener("hashchange", listen);
  }, []);
  return address;
}
