"""Runs OpenTofu on a copy of terraform/, with stand-ins for the providers instead of a registry and clouds."""

import atexit
import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

PROJECT = pathlib.Path(__file__).resolve().parents[3]
SOURCES = PROJECT / "terraform"
MODULES = sorted(path.name for path in (SOURCES / "modules").iterdir())
EXAMPLES = sorted(path.name for path in (SOURCES / "examples").iterdir())
PROVIDERS = pathlib.Path(__file__).with_name("providers.json")

# What a user of the examples would give.
INPUTS = {
    "aws": {
        "region": "eu-central-1",
        "cluster_name": "main",
        "development_profile": "development",
        "development_oidc_provider_arn": "arn:aws:iam::111122223333:oidc-provider/oidc.example/id/1",
    },
    "azure": {
        "subscription_id": "00000000-0000-4000-8000-000000000002",
        "location": "westeurope",
        "name_prefix": "tv-acme",
        "oidc_issuer_url": "https://issuer.example/",
        "subnet_id": "/subnets/endpoints",
        "private_dns_zone_id": "/zones/vaultcore",
        "log_analytics_workspace_id": "/workspaces/audit",
        "token_readers": {
            "orders": {
                "environment": "production",
                "connection_id": "c0123456789abcdefghijklm",
                "principal_id": "orders-service",
            }
        },
    },
    "mixed": {"region": "eu-central-1", "cluster_name": "main", "vault_url": "https://vault.example:8200"},
    "vault": {
        "vault_url": "https://vault.example:8200",
        "kubernetes_host": "https://kubernetes.example:6443",
        "kubernetes_ca_file": str(PROJECT / "LICENSE"),
    },
}


def tool(name):
    """The path of a tool that is installed when it is missing."""
    script = PROJECT / "src/test/tools" / ("install-%s.sh" % name)
    return subprocess.run([script], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


@functools.cache
def folder():
    """A folder with a copy of the sources and everything that is not to be downloaded; gone at the end."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="token-vault-terraform-"))
    atexit.register(shutil.rmtree, home)
    shutil.copytree(SOURCES, home / "terraform")
    stand_in = home / "provider"
    go = functools.partial(
        subprocess.run,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=pathlib.Path(__file__).with_name("provider"),
        env=os.environ | {"GOFLAGS": "-mod=readonly -buildvcs=false"},
    )
    go([tool("go"), "build", "-o", stand_in, "."])
    platform = "_".join(go([tool("go"), "env", "GOOS", "GOARCH"]).stdout.split())
    # Providers are looked for under the address that OpenTofu gives them.
    told = subprocess.run(
        [tool("tofu"), "-chdir=%s" % (home / "terraform/modules/vault"), "providers"],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"TF_CLI_CONFIG_FILE": os.devnull},
    ).stdout
    registry = re.search(r"provider\[([^\]]+)/vault\]", told)[1]
    for name, provider in json.loads(PROVIDERS.read_text()).items():
        place = home / "mirror" / registry / name / provider["version"] / platform
        place.mkdir(parents=True)
        os.link(stand_in, place / ("terraform-provider-" + name))
    (home / "tofurc").write_text('provider_installation {\n  filesystem_mirror {\n    path = "%s/mirror"\n  }\n}\n' % home)
    return home


def run(where, *arguments, check=True):
    """One command of OpenTofu in a folder below terraform/."""
    quiet = {
        "TF_CLI_CONFIG_FILE": str(folder() / "tofurc"),
        "TOKEN_VAULT_PROVIDERS": str(PROVIDERS),
        "TF_IN_AUTOMATION": "true",
    }
    done = subprocess.run(
        [tool("tofu"), "-chdir=%s" % (folder() / "terraform" / where), *arguments],
        env=os.environ | quiet,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if check and done.returncode != 0:
        raise AssertionError("tofu %s in %s:\n%s" % (" ".join(arguments), where, done.stdout))
    return done


@functools.cache
def initialised(where):
    run(where, "init", "-input=false", "-no-color")
    return where


@functools.cache
def applied(example):
    """What an example makes: the values of its resources by address, and its outputs."""
    where = initialised("examples/" + example)
    (folder() / "terraform" / where / "terraform.tfvars.json").write_text(json.dumps(INPUTS[example]))
    run(where, "apply", "-auto-approve", "-input=false", "-no-color")
    state = json.loads(run(where, "show", "-json").stdout)["values"]

    def resources(module):
        yield from module.get("resources", [])
        for child in module.get("child_modules", []):
            yield from resources(child)

    made = {resource["address"]: resource["values"] for resource in resources(state["root_module"])}
    return made, {name: output["value"] for name, output in state["outputs"].items()}
