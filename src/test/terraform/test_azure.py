"""What the Azure module's identities may do: all that the service's adapter asks for on their own vault, nothing elsewhere.

Decided as Azure does: some role assignment of the identity must have a data action that fits, on the resource or above
it; there are no denials.
"""

import re
import unittest

import tofu

# What each call of the adapter asks for ("Azure permissions for Security", Microsoft.KeyVault).
NEEDED = {
    "getSecretWithResponse": "getSecret/action",
    "setSecretWithResponse": "setSecret/action",
    "listPropertiesOfSecretVersions": "readMetadata/action",
    "getDeletedSecretWithResponse": "readMetadata/action",
    "beginRecoverDeletedSecret": "recover/action",
    "beginDeleteSecret": "delete",
    "purgeDeletedSecretWithResponse": "purge/action",
}
SECRETS = "Microsoft.KeyVault/vaults/secrets/"
SCOPES = {"production", "sandbox", "development", "system"}


def used_by_the_adapter():
    source = "".join(
        path.read_text() for path in (tofu.PROJECT / "src/main/java/io/tokenvault/secrets/azure").glob("*.java")
    )
    return set(re.findall(r"(?:read|write)\(client ->\s*client\s*\.(\w+)\(", source))


class Azure(unittest.TestCase):
    def setUp(self):
        self.made, _ = tofu.applied("azure")
        self.vaults = {scope: values["id"] for scope, values in self.of("azurerm_key_vault", "secrets").items()}
        self.identities = {
            scope: values["principal_id"] for scope, values in self.of("azurerm_user_assigned_identity", "service").items()
        }
        self.roles = {
            values["role_definition_resource_id"]: values["permissions"][0]
            for address, values in self.made.items()
            if ".azurerm_role_definition." in address
        }
        self.assignments = [values for address, values in self.made.items() if ".azurerm_role_assignment." in address]

    def of(self, kind, name):
        address = re.compile(r'module\.token_vault\.%s\.%s\["(\w+)"\]' % (kind, name))
        matches = ((address.fullmatch(found), values) for found, values in self.made.items())
        return {match[1]: values for match, values in matches if match}

    def may(self, principal, action, resource):
        return any(
            SECRETS + action in self.roles[assignment["role_definition_id"]]["data_actions"]
            for assignment in self.assignments
            if assignment["principal_id"] == principal and (resource + "/").startswith(assignment["scope"] + "/")
        )

    def test_every_call_of_the_adapter_is_known(self):
        self.assertEqual(NEEDED.keys(), used_by_the_adapter())

    def test_an_identity_may_do_all_that_the_service_does_on_its_own_vault(self):
        for scope in SCOPES:
            for call in used_by_the_adapter() - {"purgeDeletedSecretWithResponse"}:
                with self.subTest(scope=scope, call=call):
                    self.assertTrue(self.may(self.identities[scope], NEEDED[call], self.vaults[scope] + "/secrets/x"))

    def test_an_identity_may_do_nothing_on_another_vault(self):
        for scope in SCOPES:
            for other in SCOPES - {scope}:
                for action in NEEDED.values():
                    with self.subTest(scope=scope, other=other, action=action):
                        self.assertFalse(self.may(self.identities[scope], action, self.vaults[other] + "/secrets/x"))

    def test_nobody_may_purge_copy_out_or_administer(self):
        for role in self.roles.values():
            self.assertFalse(role["actions"])
            for action in role["data_actions"]:
                self.assertTrue(action.startswith(SECRETS) and "*" not in action, action)
                self.assertNotIn(action.removeprefix(SECRETS), {"purge/action", "backup/action", "restore/action"})

    def test_a_reader_reads_one_token_and_not_the_keyring(self):
        vault = self.vaults["production"] + "/secrets/"
        own = vault + "token-vault-production-c0123456789abcdefghijklm-token"
        self.assertTrue(self.may("orders-service", "getSecret/action", own))
        self.assertFalse(self.may("orders-service", "setSecret/action", own))
        self.assertFalse(self.may("orders-service", "getSecret/action", vault + "token-vault-production-keyring"))
        self.assertFalse(self.may("orders-service", "getSecret/action", own.replace("c01", "c02")))

    def test_every_vault_is_closed(self):
        for scope, vault in self.of("azurerm_key_vault", "secrets").items():
            with self.subTest(scope):
                self.assertFalse(vault["public_network_access_enabled"])
                self.assertTrue(vault["rbac_authorization_enabled"])
                self.assertTrue(vault["purge_protection_enabled"])
                self.assertEqual(("None", "Deny"), tuple(vault["network_acls"][0][k] for k in ("bypass", "default_action")))

    def test_only_the_service_account_becomes_an_identity(self):
        credentials = self.of("azurerm_federated_identity_credential", "service")
        self.assertEqual(SCOPES, credentials.keys())
        for credential in credentials.values():
            self.assertEqual("system:serviceaccount:token-vault:token-vault", credential["subject"])
            self.assertEqual(["api://AzureADTokenExchange"], credential["audience"])
