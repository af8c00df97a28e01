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
# Arguments that the provider chooses when they are left out, where the binding has lost that remark.
CHOSEN = {("ApproleAuthBackendRole", "role_id")}
FIELD = re.compile(r"/\*\*(?P<comment>(?:(?!\*/).)*)\*/\s+readonly (?P<camel>\w+)(?P<optional>\??): (?P<type>[^;]*(?:\{[^}]*\})?[^;]*);", re.S)
COMPUTED = re.compile(r"// (\w+) - computed: true, optional: (\w+)")
SIMPLE = {"string", "number", "bool", "list(string)"}
GETTER = re.compile(r"^    get (\w+)\(\): (.*);$", re.M)


def camel_to_snake(name):
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def snake_to_camel(name):
    return re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), name)


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
            blocks[snake] = interface(nested, source) | {"required": not field["optional"], "many": nested != declared}
        else:
            arguments[snake] = {"type": declared, "required": not field["optional"]}
    return {"arguments": arguments, "blocks": blocks}


def schema(declarations, source):
    name = re.search(r"export interface (\w+)Config extends", declarations)[1]
    found = interface(name + "Config", declarations)
    results = dict(GETTER.findall(declarations.split("export declare class %s " % name)[-1]))
    found["computed"] = {"id": "string"}
    for attribute, optional in COMPUTED.findall(source.split("class %s " % name)[-1]):
        if optional == "true" and attribute in found["arguments"]:
            found["arguments"][attribute]["computed"] = True
        elif optional == "false" and attribute not in found["arguments"]:
            result = kind(results.get(snake_to_camel(attribute), ""))
            if result in SIMPLE:
                found["computed"][attribute] = result
    for owner, argument in CHOSEN:
        if owner == name:
            found["arguments"][argument]["computed"] = True
    found["arguments"].pop("id", None)
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
                path = "package/lib/%s/index" % folder.replace("_", "-")
                declarations = package.extractfile(path + ".d.ts").read().decode()
                source = package.extractfile(path + ".js").read().decode()
                version = re.search(r"/%s/(\d+\.\d+\.\d+)/docs/" % provider, declarations)[1]
                types[("data." if data else "") + provider + "_" + name] = schema(declarations, source)
            result[provider] = {"version": version, "types": types}
    json.dump(result, sys.stdout, indent=1, sort_keys=True)
    print()


if __name__ == "__main__":
    main(sys.argv[1:])
