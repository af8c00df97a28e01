#!/bin/sh
# Installs OpenTofu, pinned, into <tools>/tofu and prints the path of its binary. <tools> is $TOKEN_VAULT_TOOLS, or .tools
# in the project. Does nothing, and needs no network, when that version is there; two runs at once take turns. The first
# run compiles it, which takes some minutes.
set -eu

version=1.10.10

scripts=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
tools=${TOKEN_VAULT_TOOLS:-$scripts/../../../.tools}
mkdir -p "$tools"
tools=$(CDPATH= cd -- "$tools" && pwd)
home=$tools/tofu
stamp=$home/.installed-$version

install() {
    rm -rf "$home"
    mkdir -p "$home"
    go=$("$scripts/install-go.sh")
    build=$(mktemp -d)
    (
        cd "$build"
        export GOFLAGS= GOWORK=off
        "$go" mod init build
        # OpenTofu is built with a fork of one library; "go install" does not follow that, a module of one's own does.
        "$go" mod edit -replace \
            github.com/hashicorp/hcl/v2@v2.20.1=github.com/opentofu/hcl/v2@v2.20.2-0.20251021132045-587d123c2828
        "$go" get -tool "github.com/opentofu/opentofu/cmd/tofu@v$version"
        "$go" build -o "$home/tofu" github.com/opentofu/opentofu/cmd/tofu
    ) >"$home/build.log" 2>&1 || {
        cat "$home/build.log" >&2
        exit 1
    }
    rm -rf "$build"
    TF_CLI_CONFIG_FILE= "$home/tofu" version >&2
    : >"$stamp"
}

if [ ! -e "$stamp" ]; then
    # A kernel lock where there is one: it dies with its holder, a lock folder would not.
    if command -v flock >/dev/null; then
        exec 9>"$tools/.tofu.lock"
        flock 9
    fi
    [ -e "$stamp" ] || install
fi
echo "$home/tofu"
