#!/bin/sh
# Builds a kube-apiserver, pinned, and takes etcd from the system's packages without installing it, into <tools>/kubernetes;
# prints the path of that folder: kube-apiserver and etcd are in it. The build takes some ten minutes and some gigabytes of
# Go's caches, once. <tools> is $TOKEN_VAULT_TOOLS, or .tools in the project. Does nothing, and needs no network, when that
# version is there; two runs at once take turns.
set -eu

minor=37.2
version=v1.$minor
staging=v0.$minor

project=$(CDPATH= cd -- "$(dirname -- "$0")/../../.." && pwd)
tools=${TOKEN_VAULT_TOOLS:-$project/.tools}
mkdir -p "$tools"
tools=$(CDPATH= cd -- "$tools" && pwd)
home=$tools/kubernetes
stamp=$home/.installed-$version

build_api_server() {
    mkdir -p "$home/build"
    cd "$home/build"
    go mod init kubernetes-of-tests 2>/dev/null
    go mod edit -require "k8s.io/kubernetes@$version"
    # Kubernetes wants its own libraries from folders beside it; their releases of the same number are the same.
    libraries=$(go mod download -json "k8s.io/kubernetes@$version" | sed -n 's/.*"GoMod": "\(.*\)",/\1/p')
    for library in $(sed -n 's:^[[:space:]]*\(k8s.io/[a-z0-9-]*\) => ./staging.*:\1:p' "$libraries"); do
        go mod edit -replace "$library=$library@$staging"
    done
    go get -tool "k8s.io/kubernetes/cmd/kube-apiserver@$version" 2>/dev/null
    about=k8s.io/component-base/version
    go build -o "$home/kube-apiserver" \
        -ldflags "-s -w -X $about.gitVersion=$version -X $about.gitMajor=1 -X $about.gitMinor=${minor%%.*}" \
        k8s.io/kubernetes/cmd/kube-apiserver
}

unpack_etcd() {
    mkdir -p "$home/package"
    cd "$home/package"
    apt-get download -qq etcd-server >&2
    dpkg-deb -x ./*.deb .
    mv usr/bin/etcd "$home/"
}

install() {
    rm -rf "$home"
    (unpack_etcd)
    (build_api_server)
    rm -rf "$home/package" "$home/build"
    "$home/kube-apiserver" --version >&2
    : >"$stamp"
}

if [ ! -e "$stamp" ]; then
    for need in go apt-get dpkg-deb; do
        command -v $need >/dev/null || {
            echo "install-kubernetes: $need is needed" >&2
            exit 1
        }
    done
    # A kernel lock where there is one: it dies with its holder, a lock folder would not.
    if command -v flock >/dev/null; then
        exec 9>"$tools/.kubernetes.lock"
        flock 9
    fi
    [ -e "$stamp" ] || install
fi
echo "$home"
