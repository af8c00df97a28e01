"""Every setting that the chart renders is one that the service reads, and the other way round."""

import re
import unittest

import chart

REFERENCE = (chart.PROJECT / "docs/reference/configuration.md").read_text()
DOCUMENTED = set(re.findall(r"^\| `(token-vault\.[^`]+)` \|", REFERENCE, re.MULTILINE))
# Those of the platform are named there as variables.
VARIABLES = set(re.findall(r"QUARKUS_[A-Z_]+", REFERENCE))
# What a release of the chart must not be able to set.
NOT_HERE = re.compile(
    r"token-vault\.(unsafe\..*|bootstrap\.key|backends\.<name>\.(directory|key-file|auth\.token|verify-challenge))"
)

EVERYTHING = {
    "config": {
        "environments": {
            "production": {
                "mark": "prod",
                "backend": "vault",
                "storage": "secret",
                "maxLife": "P1D",
                "inactivityLimit": "P2D",
                "rotation": {"period": "PT12H", "overlap": "PT1H"},
            }
        },
        "backends": {
            "vault": {
                "type": "vault",
                "url": "https://a",
                "namespace": "team",
                "mount": "kv",
                "auth": {"method": "jwt", "mount": "j", "role": "r"},
                "tls": {"existingSecret": "ca"},
            },
            "approle": {
                "type": "vault",
                "url": "https://a",
                "auth": {"method": "approle", "roleId": "r", "existingSecret": "s"},
            },
            "token": {"type": "vault", "url": "https://a", "auth": {"method": "token", "tokenFile": "/agent/token"}},
            "aws": {
                "type": "aws",
                "region": "eu-central-1",
                "endpoint": "https://a",
                "kmsKeyId": "k",
                "recoveryWindowDays": 7,
            },
            "quick": {"type": "aws", "region": "eu-central-1", "forceDelete": True},
            "azure": {
                "type": "azure",
                "vaultUrl": "https://a",
                "authorityHost": "https://b",
                "tenantId": "t",
                "clientId": "c",
                "existingSecret": "s",
                "purge": True,
            },
        },
        "system": {"backend": "vault"},
        "trustedProxies": ["10.0.0.1/32"],
        "lease": "PT5S",
        "publicUrl": "https://tokens.example",
        "bootstrap": {"existingSecret": "b"},
    },
}


def pattern_of(key):
    return re.sub(r"^(token-vault\.(?:environments|backends))\.[^.]+\.", r"\1.<name>.", key)


def variable_of(key):
    return re.sub(r"[^A-Za-z0-9]", "_", key).upper()


class Settings(unittest.TestCase):
    def everything(self):
        return chart.objects_of(chart.CHART / "ci/vault-values.yaml", EVERYTHING)

    def test_every_key_is_documented(self):
        for source in [*map(chart.objects_of, chart.EXAMPLES), self.everything()]:
            for key in chart.settings_of(source):
                self.assertTrue(pattern_of(key) in DOCUMENTED or variable_of(key) in VARIABLES, key)

    def test_every_documented_key_can_be_set(self):
        rendered = {pattern_of(key) for key in chart.settings_of(self.everything())}
        missing = {key for key in DOCUMENTED if not NOT_HERE.fullmatch(key)} - rendered
        self.assertEqual(set(), missing)

    def test_values_arrive(self):
        settings = chart.settings_of(self.everything())
        self.assertEqual("P1D", settings["token-vault.environments.production.max-life"])
        self.assertEqual("7", settings["token-vault.backends.aws.recovery-window-days"])
        self.assertEqual("true", settings["token-vault.backends.quick.force-delete"])
        self.assertEqual("/agent/token", settings["token-vault.backends.token.auth.token-file"])
        self.assertEqual("10.20.0.0/16", settings["token-vault.authz.allowed-sources"])

    def test_every_file_that_is_named_is_mounted(self):
        for source in [*map(chart.objects_of, chart.EXAMPLES), self.everything()]:
            pod = chart.pod_of(chart.one(source, "Deployment"))
            mounted = set()
            for mount in pod["containers"][0]["volumeMounts"]:
                volume = next(volume for volume in pod["volumes"] if volume["name"] == mount["name"])
                for path in paths_in(volume):
                    mounted.add(f"{mount['mountPath']}/{path}")
            text = "\n".join(chart.settings_of(source).values())
            named = set(re.findall(r"/etc/token-vault/[^\s&]+", text))
            self.assertTrue(named)
            self.assertEqual(set(), named - mounted)
            # And nothing is mounted that nobody reads, but the settings themselves.
            self.assertEqual(set(), {path for path in mounted if path.startswith("/etc")} - named)

    def test_every_variable_is_documented(self):
        ours = {variable_of(key) for key in DOCUMENTED}
        for item in chart.example("aws"):
            for container in (chart.pod_of(item) or {}).get("containers", []):
                for variable in container.get("env", []):
                    self.assertIn(variable["name"], VARIABLES | ours)

    def test_several_hosts_of_a_database(self):
        url = chart.settings_of(chart.example("mixed"))["quarkus.datasource.jdbc.url"]
        self.assertEqual(
            "jdbc:postgresql://postgres-0.data.svc:5432,postgres-1.data.svc:5432/token_vault"
            "?sslmode=verify-full&sslrootcert=/etc/token-vault/database/ca.pem&targetServerType=primary",
            url,
        )


def paths_in(volume):
    """The files that a volume has by name."""
    for source in volume.get("projected", {}).get("sources", [volume]):
        if "serviceAccountToken" in source:
            yield source["serviceAccountToken"]["path"]
        for kind in ("secret", "configMap"):
            for item in source.get(kind, {}).get("items", []):
                yield item["path"]
