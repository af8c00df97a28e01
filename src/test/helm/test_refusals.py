"""Values that are wrong or unsafe: none is rendered, and the message names the value."""

import unittest

import chart

VAULT = chart.CHART / "ci" / "vault-values.yaml"
AWS = chart.CHART / "ci" / "aws-values.yaml"


def backend(**settings):
    return {"config": {"backends": {"production": settings}}}


# What is wrong: the values, and what the message must say.
WRONG = {
    "an unknown value": ({"replicas": 3}, "replicas"),
    "an unknown value deep inside": ({"config": {"environments": {"production": {"marks": "x"}}}}, "marks"),
    "no replica": ({"replicaCount": 0}, "replicaCount"),
    "a mark that is too long": ({"config": {"environments": {"production": {"mark": "production"}}}}, "mark"),
    "an environment called system": ({"config": {"environments": {"system": {"mark": "sys"}}}}, "system"),
    "an environment with a capital": ({"config": {"environments": {"Production": {"mark": "prd"}}}}, "Production"),
    "two environments with one mark": ({"config": {"environments": {"sandbox": {"mark": "prod"}}}}, "mark"),
    "a duration in words": ({"config": {"environments": {"production": {"maxLife": "1 year"}}}}, "maxLife"),
    "an unknown storage": ({"config": {"environments": {"production": {"storage": "both"}}}}, "storage"),
    "a scheduled rotation of sealed tokens": (
        {"config": {"environments": {"sandbox": {"rotation": {"period": "P30D"}}}}},
        "config.environments.sandbox.rotation.period",
    ),
    "an environment on an unknown backend": (
        {"config": {"environments": {"production": {"backend": "elsewhere"}}}},
        "config.environments.production.backend",
    ),
    "the system on an unknown backend": ({"config": {"system": {"backend": "elsewhere"}}}, "config.system.backend"),
    "a local backend": (backend(type="local"), "/config/backends/production"),
    "an unknown kind of backend": (backend(type="gcp"), "/config/backends/production"),
    "a backend with settings of another kind": (backend(region="eu-central-1"), "region"),
    "a backend over plain http": (backend(url="http://openbao:8200"), "url"),
    "a backend with a fixed token": (backend(auth={"method": "token", "token": "hvs.x"}), "token"),
    "AppRole without a secret id": (
        backend(auth={"method": "approle", "roleId": "x", "role": None, "audience": None}),
        "existingSecret",
    ),
    "a secret id that is mounted elsewhere": (
        backend(
            auth={
                "method": "approle",
                "role": None,
                "audience": None,
                "roleId": "x",
                "existingSecret": "s",
                "secretIdFile": "/else",
            }
        ),
        "config.backends.production.auth.secretIdFile",
    ),
    "a backend without its authority's name": (backend(tls={"configMap": None, "key": "ca.crt"}), "tls"),
    "a backend whose certificate is not verified": (backend(tls={"skipVerify": True}), "skipVerify"),
    "nobody may ask at /authz": ({"config": {"authz": {"allowedSources": []}}}, "allowedSources"),
    "everybody may ask at /authz": ({"config": {"authz": {"allowedSources": ["0.0.0.0/0"]}}}, "allowedSources"),
    "every proxy is trusted": ({"config": {"trustedProxies": ["::/0"]}}, "trustedProxies"),
    "a bootstrap key in values": ({"config": {"bootstrap": {"value": "x" * 40}}}, "bootstrap"),
    "an unsafe setting": (
        {"config": {"extra": {"token-vault.unsafe.plain-http": True}}},
        "token-vault.unsafe.plain-http",
    ),
    "an unsafe setting of a profile": ({"config": {"extra": {"%prod.token-vault.unsafe.plain-http": True}}}, "%prod"),
    "another profile": ({"config": {"extra": {"quarkus.profile": "embedded"}}}, "quarkus.profile"),
    "a password among the settings": ({"config": {"extra": {"quarkus.datasource.password": "x"}}}, "password"),
    "a setting with a line break": (
        {"config": {"extra": {"quarkus.log.level": "INFO\nquarkus.profile=embedded"}}},
        "quarkus.log.level",
    ),
    "a setting that is an expression": (
        {
            "config": {
                "environments": {"production": {"backend": "production"}},
                "extra": {"quarkus.log.level": "${SHELL}"},
            }
        },
        "quarkus.log.level",
    ),
    "a password in a variable": ({"extraEnv": [{"name": "DB_PASSWORD", "value": "x"}]}, "DB_PASSWORD"),
    "an unsafe setting in a variable": (
        {"extraEnv": [{"name": "TOKEN_VAULT_UNSAFE_PLAIN_HTTP", "value": "true"}]},
        "TOKEN_VAULT_UNSAFE_PLAIN_HTTP",
    ),
    "an unsafe setting in a variable of a profile": (
        {"extraEnv": [{"name": "_PROD_TOKEN_VAULT_UNSAFE_PLAIN_HTTP", "value": "true"}]},
        "_PROD_TOKEN_VAULT_UNSAFE_PLAIN_HTTP",
    ),
    "options of the JVM past their value": (
        {"extraEnv": [{"name": "JDK_JAVA_OPTIONS", "value": "-Dx=y"}]},
        "JDK_JAVA_OPTIONS",
    ),
    "a public address in the clear": ({"config": {"publicUrl": "http://tokens.example"}}, "publicUrl"),
    "a lease in words": ({"config": {"lease": "ten seconds"}}, "lease"),
    "an unsafe setting in an option of the JVM": (
        {"jvm": {"options": "-Dtoken-vault.unsafe.plain-http=true"}},
        "options",
    ),
    "a debugger": ({"jvm": {"options": "-agentlib:jdwp=transport=dt_socket,server=y"}}, "options"),
    "a password in the address of the database": ({"database": {"host": "user:secret@postgres"}}, "host"),
    "a database whose certificate is not verified": ({"database": {"sslMode": "require"}}, "sslMode"),
    "no login at the database": ({"database": {"existingSecret": ""}}, "existingSecret"),
    "a password of the database in values": ({"database": {"password": "x"}}, "password"),
    "the latest image": ({"image": {"tag": "latest"}}, "tag"),
    "a digest that is none": ({"image": {"digest": "sha256:1"}}, "digest"),
    "root": ({"podSecurityContext": {"runAsUser": 0}}, "runAsUser"),
    "a pod that may be root": ({"podSecurityContext": {"runAsNonRoot": False}}, "runAsNonRoot"),
    "an ingress without TLS": ({"ingress": {"enabled": True, "hosts": ["a.example"]}}, "ingress.tls"),
    "an ingress without a host": ({"ingress": {"enabled": True, "tlsEndsElsewhere": True}}, "hosts"),
    "an ingress with everything": ({"ingress": {"paths": ["/"]}}, "paths"),
    "an ingress with /authz": ({"ingress": {"paths": ["/v1", "/authz"]}}, "paths"),
    "a route with /authz": ({"httpRoute": {"paths": ["/authz/production"]}}, "paths"),
    "a route without a gateway": ({"httpRoute": {"enabled": True}}, "parentRefs"),
    "a network open to everybody": ({"networkPolicy": {"ingress": {"from": []}}}, "from"),
    "a pod that is killed while it stops": ({"shutdown": {"gracePeriodSeconds": 20}}, "shutdown.gracePeriodSeconds"),
    "fewer replicas at most than at least": (
        {"autoscaling": {"enabled": True, "minReplicas": 5, "maxReplicas": 4}},
        "autoscaling.maxReplicas",
    ),
    "a rollout that cannot go on": ({"rollout": {"maxSurge": 0}}, "rollout.maxSurge"),
    "a Secret with values": (
        {"extraObjects": [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}, "stringData": {"a": "b"}}]},
        "extraObjects",
    ),
    "a Secret with values, in text": (
        {"extraObjects": ["apiVersion: v1\nkind: Secret\nmetadata: {name: x}\ndata: {a: Yg==}\n"]},
        "extraObjects",
    ),
    "a test in an unknown environment": ({"tests": {"environment": "nowhere"}}, "tests.environment"),
    "an unknown way to migrate": ({"migration": {"mode": "by hand"}}, "mode"),
    "runbooks that are no address": ({"monitoring": {"prometheusRule": {"runbookUrl": "wiki"}}}, "runbookUrl"),
    "an unknown render mode": ({"monitoring": {"serviceMonitor": {"renderMode": "maybe"}}}, "renderMode"),
}


@chart.with_cases
class Refusals(unittest.TestCase):
    @chart.each(WRONG)
    def test_wrong(self, case):
        values, said = case
        with self.assertRaises(chart.Refused) as refused:
            chart.text_of(VAULT, values)
        self.assertIn(said, str(refused.exception))

    @chart.each(WRONG)
    def test_wrong_with_helm_3(self, case):
        with self.assertRaises(chart.Refused):
            chart.text_of(VAULT, case[0], version=3)

    def test_deleting_at_once_and_in_a_week(self):
        with self.assertRaises(chart.Refused) as refused:
            chart.text_of(AWS, {"config": {"backends": {"aws": {"forceDelete": True}}}})
        self.assertIn("config.backends.aws.forceDelete", str(refused.exception))

    def test_nothing_at_all(self):
        with self.assertRaises(chart.Refused) as refused:
            chart.helm("template", "tv", chart.CHART)
        for value in ("environments", "backends", "allowedSources", "host", "existingSecret"):
            self.assertIn(value, str(refused.exception))

    def test_an_old_cluster(self):
        with self.assertRaises(chart.Refused) as refused:
            chart.text_of(VAULT, kubernetes="1.29.0")
        self.assertIn("1.29.0", str(refused.exception))

    def test_a_kind_that_the_cluster_does_not_know(self):
        with self.assertRaises(chart.Refused) as refused:
            chart.text_of(VAULT, {"monitoring": {"serviceMonitor": {"renderMode": "failIfMissing"}}})
        self.assertIn("ServiceMonitor", str(refused.exception))
