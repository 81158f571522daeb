// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** Small primes by which moduli of the broken generator betray themselves. */
const PRIMES = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101,
  103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];
const GENERATOR = 65537;

/**
 * Whether an RSA modulus comes from the generator of CVE-2017-15361, whose keys can be factored: its
 * primes are powers of 65537 modulo all small primes, and so is their product. Of other moduli fewer
 * than one in 10^8 look so.
 */
export function isWeakModulus(modulus: bigint): boolean {
  return PRIMES.every((prime) => powers(prime).has(Number(modulus % BigInt(prime))));
}

/** The powers of the generator modulo a prime. */
function powers(prime: number): ReadonlySet<number> {
  const found = new Set<number>();
  for (let power = 1; !found.has(power); power = (power * GENERATOR) % prime) found.add(power);
  return found;
}
