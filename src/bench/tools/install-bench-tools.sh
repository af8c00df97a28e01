#!/bin/sh
# Installs what "make bench" uses beside the tools of the tests: h2load from the system's packages, and Keycloak, pinned,
# into <tools>/keycloak through Maven. Without Keycloak the comparison goes on, and says so.
set -eu

version=26.4.5

project=$(CDPATH= cd -- "$(dirname -- "$0")/../../.." && pwd)
tools=${TOKEN_VAULT_TOOLS:-$project/.tools}
mkdir -p "$tools"
tools=$(CDPATH= cd -- "$tools" && pwd)
home=$tools/keycloak
stamp=$home/.installed-$version

if ! command -v h2load >/dev/null; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "Please install: nghttp2-client (the name is that of Debian's package), then try again." >&2
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends nghttp2-client >/dev/null
fi

if [ ! -e "$stamp" ]; then
    download=$(mktemp -d)
    trap 'rm -rf "$download"' EXIT
    if "$project/.ci/maven" -q -B -ntp dependency:copy -Dartifact="org.keycloak:keycloak-quarkus-dist:$version:zip" \
        -DoutputDirectory="$download" >&2; then
        (cd "$download" && "$("$project/.ci/find-jdk")/bin/jar" xf "keycloak-quarkus-dist-$version.zip")
        rm -rf "$home"
        mv "$download/keycloak-$version" "$home"
        chmod +x "$home/bin/kc.sh"
        : >"$stamp"
    else
        echo "install-bench-tools: Keycloak cannot be had and is left out" >&2
    fi
fi
