"""The Vault module gives each identity the policy file that VaultPoliciesIT tries in a real server, and nothing beside."""

import re
import unittest

import tofu

POLICIES = tofu.SOURCES / "modules/vault/policies"
SCOPES = {"production", "sandbox", "development", "system"}


def of(kind, name):
    made, _ = tofu.applied("vault")
    address = re.compile(r'module\.token_vault\.%s\.%s\["(\w+)"\]' % (kind, name))
    matches = ((address.fullmatch(found), values) for found, values in made.items())
    return {match[1]: values for match, values in matches if match}


class Vault(unittest.TestCase):
    def test_templates_have_two_names_in_them_and_nothing_else(self):
        for path in POLICIES.iterdir():
            with self.subTest(path.name):
                self.assertEqual({"${mount}", "${environment}"}, set(re.findall(r"[$%]\{[^}]*\}", path.read_text())))

    def test_what_the_module_renders_is_what_was_tried(self):
        for name, template in (("service", "environment"), ("consumer", "consumer")):
            for scope, policy in of("vault_policy", name).items():
                with self.subTest(name=name, scope=scope):
                    source = (POLICIES / ("system" if scope == "system" else template)).with_suffix(".hcl.tftpl")
                    expected = source.read_text().replace("${mount}", "secret").replace("${environment}", scope)
                    self.assertEqual(expected, policy["policy"])

    def test_every_environment_and_system_have_an_identity_of_their_own(self):
        roles = of("vault_kubernetes_auth_backend_role", "service")
        policies = of("vault_policy", "service")
        self.assertEqual(SCOPES, roles.keys())
        for scope, role in roles.items():
            with self.subTest(scope):
                self.assertEqual([policies[scope]["name"]], role["token_policies"])
                self.assertTrue(role["token_no_default_policy"])
                self.assertEqual(["token-vault"], role["bound_service_account_names"])
                self.assertEqual(["token-vault"], role["bound_service_account_namespaces"])

    def test_an_identity_that_is_meant_for_one_role_is_good_for_no_other(self):
        audiences = [role["audience"] for role in of("vault_kubernetes_auth_backend_role", "service").values()]
        self.assertEqual(len(SCOPES), len(set(audiences)))

    def test_sealed_tokens_have_no_consumers(self):
        self.assertEqual({"production", "sandbox"}, of("vault_policy", "consumer").keys())
