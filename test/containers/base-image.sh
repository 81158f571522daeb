#!/bin/sh
# Lays the root of an image that stands in for the official one of Node: base-image.sh FOLDER NODE_VERSION
# The program and npm are those of the npm registry; the shell and the libraries are this machine's.
set -eu
root=$1
version=$2
npm_version=10.9.4

case $(uname -m) in
  aarch64) arch=arm64 ;;
  *) arch=x64 ;;
esac

packages=$(mktemp -d)
trap 'rm -rf "$packages"' EXIT
npm install --silent --no-audit --no-fund --prefix "$packages" "node-linux-$arch@$version" "npm@$npm_version"

mkdir -p "$root/usr/local/bin" "$root/usr/local/lib/node_modules" "$root/bin" "$root/usr/bin" \
  "$root/etc/ssl/certs" "$root/root" "$root/proc" "$root/sys" "$root/dev" "$root/run" "$root/var/tmp"
mkdir -m 1777 "$root/tmp"
cp "$packages/node_modules/node-linux-$arch/bin/node" "$root/usr/local/bin/node"
cp -r "$packages/node_modules/npm" "$root/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
# the official image has a script in front of the command, too
printf '#!/bin/sh\nexec "$@"\n' >"$root/usr/local/bin/docker-entrypoint.sh"
chmod 755 "$root/usr/local/bin/docker-entrypoint.sh"
cp -L /bin/sh "$root/bin/sh"
cp -L "$(command -v env)" "$root/usr/bin/env"
cp -L "$(command -v sleep)" "$root/bin/sleep"

# "name => path (address)", and the loader as "path (address)"
for program in "$root/usr/local/bin/node" "$root/bin/sh" "$root/usr/bin/env" "$root/bin/sleep"; do
  ldd "$program" | sed -n 's/^.*=> \(\/[^ ]*\) .*$/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*$/\1/p'
done | sort -u | while read -r library; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done

printf 'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\nnode:x:1000:\n' >"$root/etc/group"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"

# who ends TLS on the way to the npm registry is known by this machine alone
authorities=$(npm config get cafile)
if [ -f "$authorities" ]; then cp -L "$authorities" "$root/etc/ssl/certs/ca-certificates.crt"; fi
