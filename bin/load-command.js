/*
 * dist/cli.cjs is one script. Compiling it takes as long as generating a small project, so what the engine
 * made of it is kept and taken again: from the package, where the build left it for its own engine, else from
 * this user's caches.
 */
const fs = require("node:fs");
const { createRequire } = require("node:module");
const { homedir } = require("node:os");
const { dirname, join } = require("node:path");
const { cachedDataVersionTag } = require("node:v8");
const { Script } = require("node:vm");

const file = join(dirname(__dirname), "dist/cli.cjs");
/** A digest of the script, which the build writes in front. */
const digest = /^\/\* (\w{64}) \*\//;
/** Caches of other builds and engines in the user's folder; more are swept. */
const maxKept = 4;

/**
 * The command as a function of its arguments.
 * @returns {{ run(args: readonly string[]): Promise<void>, keepCode(folder: string): void }}
 */
exports.loadCommand = function loadCommand() {
  const source = readScript();
  const name = cacheName(source);
  const cachedData = cachedCode(name);
  const script = new Script(source, {
    filename: file,
    ...(cachedData && { cachedData }),
  });
  const module = { exports: {} };
  script.runInThisContext()(module, createRequire(file), file, (specifier) => import(specifier));
  const isCached = cachedData !== undefined && !script.cachedDataRejected;
  return {
    isCached,
    async run(args) {
      const hasGenerated = await module.exports.runMain(args);
      if (hasGenerated && !isCached && !isOff() && !process.env.CI) keepForUser(script, name);
    },
    keepCode: (folder) => fs.writeFileSync(join(folder, name), script.createCachedData()),
  };
};

function readScript() {
  try {
    return fs.readFileSync(file, "latin1");
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    process.stderr.write("gen-gateway: this copy of its sources is not built; run: npm ci\n");
    process.exit(2);
  }
}

/**
 * Tells one script and engine, with its flags, from all others. V8 itself compares less: code of another
 * build of Node with the same V8 would be taken, and crash.
 */
function cacheName(source) {
  const { version, platform, arch, execPath } = process;
  const id = digest.exec(source)?.[1].slice(0, 16);
  const engine = `${version}-${platform}-${arch}-${fs.statSync(execPath).size}`;
  return `cli-${id}-${engine}-${cachedDataVersionTag().toString(16)}.code`;
}

/** By the variable that turns off Node's own cache of code. */
function isOff() {
  return Boolean(process.env.NODE_DISABLE_COMPILE_CACHE);
}

function cachedCode(name) {
  if (isOff()) return undefined;
  return (
    ownFile(join(dirname(file), name), () => true) ?? ownFile(join(userFolder(), name), isOurs)
  );
}

/** A file that is there and passes; undefined otherwise. */
function ownFile(path, passes) {
  let descriptor;
  try {
    descriptor = fs.openSync(path, "r");
    return passes(fs.fstatSync(descriptor)) ? fs.readFileSync(descriptor) : undefined;
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

/** Code is run as it is: nobody else may have been able to write it. */
function isOurs({ uid, mode }) {
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}

function userFolder() {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = process.env;
  return join(xdg ?? local ?? join(homedir(), ".cache"), "gen-gateway", "code");
}

/** Without it, the next run takes longer: no failure is told. */
function keepForUser(script, name) {
  try {
    const folder = userFolder();
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const draft = join(folder, `${name}.${process.pid}`);
    fs.writeFileSync(draft, script.createCachedData(), { mode: 0o600 });
    fs.renameSync(draft, join(folder, name));
    const others = fs.readdirSync(folder).filter((other) => other !== name);
    const byAge = others
      .map((other) => ({
        place: join(folder, other),
        time: fs.statSync(join(folder, other)).mtimeMs,
      }))
      .sort((a, b) => b.time - a.time);
    for (const { place } of byAge.slice(maxKept)) fs.rmSync(place, { force: true });
  } catch {
    // a home that cannot be written to
  }
}
