#!/usr/bin/env python3
"""Makes providers.json: what the providers' published schemas say about the resource types that the modules use.

The schemas come from the providers' bindings for TypeScript, npm packages whose declarations carry every argument of
every resource. They are large, so they are read once, when a provider's version is raised:

    npm pack @cdktf/provider-vault@15.6.1 @cdktn/provider-aws@25.7.0 @cdktn/provider-azurerm@16.1.0
    src/test/terraform/extract_schema.py *.tgz > src/test/terraform/providers.json
"""

import json
import re
import sys
import tarfile

USED = {
    "vault": """mount kv_secret_backend_v2 policy kubernetes_auth_backend_role approle_auth_backend_role
        jwt_auth_backend_role auth_backend kubernetes_auth_backend_config""",
    "aws": """kms_key kms_alias iam_role iam_policy iam_role_policy_attachment eks_pod_identity_association
        data:caller_identity data:region data:partition""",
    "azurerm": """key_vault role_definition role_assignment user_assigned_identity federated_identity_credential
        private_endpoint monitor_diagnostic_setting resource_group data:client_config""",
}
FIELD = re.compile(r"/\*\*(?P<comment>(?:(?!\*/).)*)\*/\s+readonly (?P<camel>\w+)(?P<optional>\??): (?P<type>[^;]*(?:\{[^}]*\})?[^;]*);", re.S)
GETTER = re.compile(r"^    get (\w+)\(\): (.*);$", re.M)


def camel_to_snake(name):
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def kind(declared):
    declared = " ".join(declared.split())
    if declared.startswith("{"):
        return "map(%s)" % kind(re.search(r"\]: ([\w |.]+)", declared)[1])
    name = declared.split(" | ")[0]
    if name.endswith("[]"):
        return "list(%s)" % kind(name[:-2])
    return {"boolean": "bool"}.get(name, name)


def interface(name, source):
    """The arguments and blocks of one declared interface."""
    body = re.search(r"export interface %s (?:extends [\w.]+ )?\{(.*?)\n\}" % name, source, re.S)[1]
    arguments, blocks = {}, {}
    for field in FIELD.finditer(body):
        anchor = re.search(r"#(\w+) ", field["comment"])
        snake = anchor[1] if anchor else camel_to_snake(field["camel"])
        declared = kind(field["type"])
        nested = re.sub(r"list\((\w+)\)", r"\1", declared)
        if "export interface %s " % nested in source:
            blocks[snake] = interface(nested, source) | {"required": not field["optional"]}
        else:
            arguments[snake] = {"type": declared, "required": not field["optional"]}
    return {"arguments": arguments, "blocks": blocks}


def schema(source):
    config = re.search(r"export interface (\w+Config) extends", source)[1]
    found = interface(config, source)
    known = found["arguments"].keys() | found["blocks"].keys()
    infrastructure = {"construct_node_metadata", "terraform_resource_type", "terraform_meta_attributes"}
    computed = {camel_to_snake(name): kind(result) for name, result in GETTER.findall(source.split("export declare class %s " % config[:-6])[-1])}
    found["computed"] = {
        name: declared
        for name, declared in sorted(computed.items())
        if name not in known | infrastructure and not name.endswith("_input")
    } | {"id": "string"}
    return found


def main(archives):
    result = {}
    for archive in archives:
        with tarfile.open(archive) as package:
            provider = re.search(r"provider-(\w+)-", archive)[1]
            types, version = {}, None
            for used in USED[provider].split():
                data = used.startswith("data:")
                name = used.removeprefix("data:")
                folder = "data-%s-%s" % (provider, name) if data else name
                path = "package/lib/%s/index.d.ts" % folder.replace("_", "-")
                source = package.extractfile(path).read().decode()
                version = re.search(r"/%s/(\d+\.\d+\.\d+)/docs/" % provider, source)[1]
                types[("data." if data else "") + provider + "_" + name] = schema(source)
            result[provider] = {"version": version, "types": types}
    json.dump(result, sys.stdout, indent=1, sort_keys=True)
    print()


if __name__ == "__main__":
    main(sys.argv[1:])
