#!/bin/sh
# Builds Caddy, pinned, into <tools>/caddy and prints the path of its program. <tools> is $TOKEN_VAULT_TOOLS, or .tools in
# the project. Does nothing, and needs no network, when that version is there; two runs at once take turns.
set -eu

version=v2.11.9

project=$(CDPATH= cd -- "$(dirname -- "$0")/../../.." && pwd)
tools=${TOKEN_VAULT_TOOLS:-$project/.tools}
mkdir -p "$tools"
tools=$(CDPATH= cd -- "$tools" && pwd)
home=$tools/caddy
stamp=$home/.installed-$version

if [ ! -e "$stamp" ]; then
    if command -v flock >/dev/null; then
        exec 9>"$tools/.caddy.lock"
        flock 9
    fi
    if [ ! -e "$stamp" ]; then
        rm -rf "$home"
        go=$("$project/src/test/tools/install-go.sh")
        GOBIN=$home GOFLAGS= "$go" install "github.com/caddyserver/caddy/v2/cmd/caddy@$version" >&2
        "$home/caddy" version >/dev/null
        : >"$stamp"
    fi
fi
echo "$home/caddy"
