// What stands behind the gateway: the stations' service, and the issuer of people's tokens.
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

const keyId = "key-1";

/** The service with the data; it counts how often it was asked. */
export function startStations(port = 9420) {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://stations");
    const [, , station] = pathname.split("/");
    const unit = searchParams.get("unit") ?? "celsius";
    const degrees = unit === "celsius" ? 21.5 : 70.7;
    const body =
      station === undefined
        ? { asked, stations: [{ id: "north" }, { id: "south" }] }
        : { asked, station, unit, readings: [degrees] };
    response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  });
  return listen(server, port);
}

/** An OpenID Connect issuer with one key and two tokens: what a Cognito user pool is on AWS. */
export async function startIssuer(port = 9421) {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(publicKey)), kid: keyId, use: "sig", alg: "RS256" };
  const server = createServer((request, response) => {
    const origin = `http://127.0.0.1:${server.address().port}/eu-west-1_Stations1`;
    const documents = {
      "/eu-west-1_Stations1/.well-known/openid-configuration": {
        issuer: origin,
        jwks_uri: `${origin}/keys`,
      },
      "/eu-west-1_Stations1/keys": { keys: [jwk] },
    };
    const document = documents[request.url];
    response
      .writeHead(document === undefined ? 404 : 200, { "Content-Type": "application/json" })
      .end(JSON.stringify(document ?? { message: "not found" }));
  });
  const started = await listen(server, port);
  const issuer = `${started.url}/eu-west-1_Stations1`;
  const sign = (claims) =>
    new SignJWT({ sub: "ada", ...claims })
      .setProtectedHeader({ alg: "RS256", kid: keyId })
      .setIssuer(issuer)
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(privateKey);
  return {
    ...started,
    identityToken: await sign({ token_use: "id", aud: "web", email: "ada@example.com" }),
    accessToken: await sign({ token_use: "access", client_id: "web", scope: "stations/write" }),
  };
}

function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const url = `http://127.0.0.1:${server.address().port}`;
      resolve({ url, close: () => new Promise((done) => server.close(done)) });
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const stations = await startStations();
  const issuer = await startIssuer();
  console.log(`The stations' service listens on ${stations.url}, the issuer on ${issuer.url}.`);
  console.log(`\nexport IDENTITY_TOKEN=${issuer.identityToken}`);
  console.log(`\nexport ACCESS_TOKEN=${issuer.accessToken}`);
}
