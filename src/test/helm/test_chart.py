"""What the objects of a release say to each other, and to the cluster."""

import json
import re
import unittest

import yaml

import chart

SECRET_WORDS = re.compile(r"\b(hvs\.|tvo?_[a-z0-9]|-----BEGIN|AKIA[0-9A-Z]{16})")
VAULT = chart.CHART / "ci/vault-values.yaml"
AWS = chart.CHART / "ci/aws-values.yaml"
AZURE = chart.CHART / "ci/azure-values.yaml"
MIXED = chart.CHART / "ci/mixed-values.yaml"


def container(objects):
    return chart.pod_of(chart.one(objects, "Deployment"))["containers"][0]


def egress(objects):
    return chart.one(objects, "NetworkPolicy")["spec"]["egress"]


def ports(rules):
    return {port["port"] for rule in rules for port in rule["ports"]}


class Rollout(unittest.TestCase):
    def test_a_pod_is_replaced_before_it_goes(self):
        strategy = chart.one(chart.example("vault"), "Deployment")["spec"]["strategy"]["rollingUpdate"]
        self.assertEqual({"maxUnavailable": 0, "maxSurge": 1}, strategy)

    def test_a_pod_drains_before_it_is_told_to_stop(self):
        pod = chart.pod_of(chart.one(chart.example("vault"), "Deployment"))
        sleep = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
        self.assertGreaterEqual(pod["terminationGracePeriodSeconds"], sleep + 10 + 10)
        self.assertEqual("10S", chart.settings_of(chart.example("vault"))["quarkus.shutdown.timeout"])

    def test_probes_are_asked_at_the_management_port(self):
        service = container(chart.example("vault"))
        self.assertEqual(9000, next(port["containerPort"] for port in service["ports"] if port["name"] == "management"))
        for kind, path in (("startup", "started"), ("readiness", "ready"), ("liveness", "live")):
            self.assertEqual({"path": f"/q/health/{path}", "port": "management"}, service[f"{kind}Probe"]["httpGet"])

    def test_the_selector_never_changes(self):
        changed = chart.objects_of(
            VAULT,
            {
                "commonLabels": {"team": "x"},
                "podLabels": {"app.kubernetes.io/name": "other", "a": "b"},
                "replicaCount": 5,
                "image": {"tag": "9.9.9"},
            },
        )
        selector = chart.one(chart.example("vault"), "Deployment")["spec"]["selector"]
        self.assertEqual(
            {
                "matchLabels": {
                    "app.kubernetes.io/name": "token-vault",
                    "app.kubernetes.io/instance": "tv",
                    "app.kubernetes.io/component": "service",
                }
            },
            selector,
        )
        self.assertEqual(selector, chart.one(changed, "Deployment")["spec"]["selector"])
        labels = chart.one(changed, "Deployment")["spec"]["template"]["metadata"]["labels"]
        self.assertLessEqual(selector["matchLabels"].items(), labels.items())

    def test_services_and_budget_select_the_service_and_nothing_else(self):
        objects = chart.objects_of(AWS, kinds=chart.ADDED_KINDS)
        service = chart.one(objects, "Deployment")["spec"]["template"]["metadata"]["labels"]
        others = [
            item["spec"]["template"]["metadata"]["labels"] if item["kind"] == "Job" else item["metadata"]["labels"]
            for item in objects
            if item["kind"] in ("Job", "Pod")
        ]
        self.assertEqual(2, len(others))
        selectors = [item["spec"]["selector"] for item in objects if item["kind"] == "Service"]
        selectors.append(chart.one(objects, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"])
        for selector in selectors:
            self.assertLessEqual(selector.items(), service.items())
            for labels in others:
                self.assertFalse(selector.items() <= labels.items())

    def test_new_settings_restart_the_pods(self):
        def checksum(values):
            template = chart.one(chart.objects_of(VAULT, values), "Deployment")["spec"]["template"]
            return template["metadata"]["annotations"]["checksum/config"]

        self.assertEqual(checksum({}), checksum({"service": {"port": 80}}))
        self.assertNotEqual(checksum({}), checksum({"config": {"trustedProxies": ["10.0.0.1/32"]}}))

    def test_pods_are_spread_over_zones_and_nodes(self):
        spread = chart.pod_of(chart.one(chart.example("vault"), "Deployment"))["topologySpreadConstraints"]
        self.assertEqual(
            {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}, {item["topologyKey"] for item in spread}
        )

    def test_the_autoscaler_alone_says_how_many(self):
        objects = chart.example("aws")
        self.assertNotIn("replicas", chart.one(objects, "Deployment")["spec"])
        self.assertEqual(
            "tv-token-vault", chart.one(objects, "HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]["name"]
        )

    def test_a_budget_only_where_it_can_be_kept(self):
        self.assertEqual(1, chart.one(chart.example("vault"), "PodDisruptionBudget")["spec"]["maxUnavailable"])
        for values in ({"replicaCount": 1}, {"autoscaling": {"enabled": True, "minReplicas": 1}}):
            kinds = [item["kind"] for item in chart.objects_of(VAULT, values)]
            self.assertNotIn("PodDisruptionBudget", kinds)

    def test_a_digest_wins_over_a_tag(self):
        digest = "sha256:" + "ab" * 32
        image = {"registry": "registry.example:5000", "repository": "team/token-vault", "tag": "1.2.3"}
        self.assertEqual(
            "registry.example:5000/team/token-vault:1.2.3",
            container(chart.objects_of(VAULT, {"image": image}))["image"],
        )
        self.assertEqual(
            f"registry.example:5000/team/token-vault@{digest}",
            container(chart.objects_of(VAULT, {"image": {**image, "digest": digest}}))["image"],
        )
        self.assertEqual("token-vault:0.1.0", container(chart.example("vault"))["image"])


class Secrets(unittest.TestCase):
    def test_no_document_holds_a_secret(self):
        for example in chart.EXAMPLES:
            text = chart.text_of(example, kinds=chart.ADDED_KINDS)
            self.assertNotIn("kind: Secret", text)
            self.assertIsNone(SECRET_WORDS.search(text))

    def test_the_login_of_the_database_is_read_by_the_kubelet(self):
        login = [variable for variable in container(chart.example("vault"))["env"] if "valueFrom" in variable]
        self.assertEqual(
            {"QUARKUS_DATASOURCE_USERNAME": "username", "QUARKUS_DATASOURCE_PASSWORD": "password"},
            {variable["name"]: variable["valueFrom"]["secretKeyRef"]["key"] for variable in login},
        )

    def test_each_environment_has_an_identity_of_its_own_in_vault(self):
        objects = chart.example("vault")
        pod = chart.pod_of(chart.one(objects, "Deployment"))
        sources = next(volume for volume in pod["volumes"] if volume["name"] == "identities")["projected"]["sources"]
        audiences = {
            source["serviceAccountToken"]["path"]: source["serviceAccountToken"]["audience"] for source in sources
        }
        self.assertEqual({"production": "token-vault-production", "sandbox": "token-vault-sandbox"}, audiences)
        settings = chart.settings_of(objects)
        for name in audiences:
            self.assertEqual(
                f"/etc/token-vault/identities/{name}", settings[f"token-vault.backends.{name}.auth.jwt-file"]
            )
            self.assertEqual(f"token-vault-{name}", settings[f"token-vault.backends.{name}.auth.role"])

    def test_each_environment_has_an_application_of_its_own_in_azure(self):
        objects = chart.example("azure")
        settings = chart.settings_of(objects)
        self.assertNotEqual(
            settings["token-vault.backends.production.client-id"], settings["token-vault.backends.sandbox.client-id"]
        )
        labels = chart.one(objects, "Deployment")["spec"]["template"]["metadata"]["labels"]
        self.assertEqual("true", labels["azure.workload.identity/use"])

    def test_a_role_of_aws_is_an_annotation_or_an_association(self):
        account = chart.one(chart.example("mixed"), "ServiceAccount")
        self.assertIn("eks.amazonaws.com/role-arn", account["metadata"]["annotations"])
        self.assertNotIn("annotations", chart.one(chart.example("aws"), "ServiceAccount")["metadata"])

    def test_the_own_token_of_the_account_stays_unmounted(self):
        for example in ("vault", "aws", "azure", "mixed"):
            self.assertIs(False, chart.one(chart.example(example), "ServiceAccount")["automountServiceAccountToken"])


class Network(unittest.TestCase):
    def test_names_database_and_backends_can_be_reached(self):
        rules = egress(chart.example("mixed"))
        self.assertLessEqual({53, 5432, 443, 8443}, ports(rules))
        self.assertIn(8200, ports(egress(chart.example("vault"))))
        self.assertIn({"port": 53, "protocol": "UDP"}, rules[0]["ports"])

    def test_the_database_at_another_port(self):
        self.assertIn(6432, ports(egress(chart.objects_of(VAULT, {"database": {"port": 6432}}))))

    def test_an_identity_provider_only_when_asked_for(self):
        oidc = {"enabled": True, "ports": [8443], "to": [{"ipBlock": {"cidr": "10.9.9.0/24"}}]}
        rules = egress(chart.objects_of(VAULT, {"networkPolicy": {"egress": {"oidc": oidc}}}))
        self.assertIn({"ports": [{"port": 8443, "protocol": "TCP"}], "to": oidc["to"]}, rules)
        self.assertNotIn(8443, ports(egress(chart.example("vault"))))

    def test_sources_are_not_inside(self):
        blocks = [
            peer["ipBlock"]
            for rule in egress(chart.example("vault"))
            for peer in rule.get("to", [])
            if "ipBlock" in peer
        ]
        everywhere = next(block for block in blocks if block["cidr"] == "0.0.0.0/0")
        self.assertLessEqual({"10.0.0.0/8", "169.254.0.0/16", "192.168.0.0/16"}, set(everywhere["except"]))

    def test_the_agent_of_pod_identity_only_where_it_is_used(self):
        agent = {"ipBlock": {"cidr": "169.254.170.23/32"}}
        self.assertTrue(any(agent in rule.get("to", []) for rule in egress(chart.example("aws"))))
        self.assertFalse(any(agent in rule.get("to", []) for rule in egress(chart.example("mixed"))))

    def test_nobody_comes_in_from_another_namespace_unless_named(self):
        policy = chart.one(chart.example("vault"), "NetworkPolicy")["spec"]
        self.assertEqual(["Ingress", "Egress"], policy["policyTypes"])
        for rule in policy["ingress"]:
            self.assertEqual([{"podSelector": {}}], rule["from"])

    def test_the_management_port_is_apart(self):
        objects = chart.objects_of(AWS, {"service": {"type": "LoadBalancer"}})
        api = chart.one(objects, "Service", "tv-token-vault")["spec"]
        management = chart.one(objects, "Service", "-management")["spec"]
        self.assertEqual(["http", "grpc"], [port["name"] for port in api["ports"]])
        self.assertEqual("ClusterIP", management["type"])
        self.assertEqual(["management"], [port["name"] for port in management["ports"]])

    def test_outside_sees_no_gateway_endpoint(self):
        paths = chart.one(chart.example("aws"), "Ingress")["spec"]["rules"][0]["http"]["paths"]
        self.assertEqual(
            [], [path["path"] for path in paths if path["path"] == "/" or path["path"].startswith("/authz")]
        )
        matches = chart.one(chart.example("mixed"), "HTTPRoute")["spec"]["rules"][0]["matches"]
        self.assertNotIn("/authz", [match["path"]["value"] for match in matches])


class RenderModes(unittest.TestCase):
    def kinds(self, mode, known):
        values = {"monitoring": {name: {"renderMode": mode} for name in ("serviceMonitor", "prometheusRule")}}
        return {item["kind"] for item in chart.objects_of(VAULT, values, kinds=chart.ADDED_KINDS if known else ())}

    def test_skip_if_missing(self):
        self.assertLessEqual({"ServiceMonitor", "PrometheusRule"}, self.kinds("skipIfMissing", True))
        self.assertNotIn("ServiceMonitor", self.kinds("skipIfMissing", False))

    def test_fail_if_missing(self):
        self.assertIn("ServiceMonitor", self.kinds("failIfMissing", True))
        with self.assertRaises(chart.Refused):
            self.kinds("failIfMissing", False)

    def test_always_render(self):
        self.assertLessEqual({"ServiceMonitor", "PrometheusRule"}, self.kinds("alwaysRender", False))


class Runbooks(unittest.TestCase):
    def links(self, url):
        values = {"monitoring": {"prometheusRule": {"renderMode": "alwaysRender", "runbookUrl": url}}}
        rules = chart.one(chart.objects_of(VAULT, values), "PrometheusRule")["spec"]["groups"]
        return [rule["annotations"]["runbook_url"] for group in rules for rule in group["rules"] if "alert" in rule]

    def test_alerts_name_the_file(self):
        for link in self.links(""):
            self.assertTrue((chart.CHART.parent.parent / link).is_file(), link)

    def test_alerts_link_to_where_runbooks_are_read(self):
        for link in self.links("https://wiki.example.com/runbooks/"):
            self.assertRegex(link, r"^https://wiki\.example\.com/runbooks/[a-z-]+\.md$")


class Migration(unittest.TestCase):
    def test_the_job_comes_before_everything_and_needs_nothing_of_it(self):
        objects = chart.example("aws")
        job = chart.one(objects, "Job")
        self.assertEqual("pre-install,pre-upgrade", job["metadata"]["annotations"]["helm.sh/hook"])
        pod = chart.pod_of(job)
        self.assertNotIn("serviceAccountName", pod)
        self.assertNotIn("tv-token-vault", [volume.get("configMap", {}).get("name") for volume in pod["volumes"]])

    def test_the_owner_migrates_and_the_service_is_somebody_else(self):
        objects = chart.example("aws")
        logins = {
            kind: next(
                variable["valueFrom"]["secretKeyRef"]["name"]
                for variable in chart.pod_of(chart.one(objects, kind))["containers"][0]["env"]
                if variable["name"] == "QUARKUS_DATASOURCE_PASSWORD"
            )
            for kind in ("Job", "Deployment")
        }
        self.assertEqual({"Job": "token-vault-database-owner", "Deployment": "token-vault-database"}, logins)
        self.assertEqual("false", chart.settings_of(objects)["quarkus.flyway.migrate-at-start"])

    def test_the_job_and_the_service_use_one_database(self):
        objects = chart.example("aws")
        variables = chart.pod_of(chart.one(objects, "Job"))["containers"][0]["env"]
        url = next(variable["value"] for variable in variables if variable["name"] == "QUARKUS_DATASOURCE_JDBC_URL")
        self.assertEqual(chart.settings_of(objects)["quarkus.datasource.jdbc.url"], url)


class Monitoring(unittest.TestCase):
    rules = chart.objects_of(VAULT, kinds=chart.ADDED_KINDS)
    metrics = (chart.PROJECT / "docs/reference/metrics.md").read_text()

    def test_alerts_are_those_of_the_files(self):
        found = [item["spec"] for item in self.rules if item["kind"] == "PrometheusRule"]
        files = sorted((chart.CHART / "files/alerts").glob("*.yaml"))
        self.assertTrue(files)
        self.assertEqual([yaml.safe_load(file.read_text()) for file in files], found)

    def test_every_alert_has_a_runbook_that_exists(self):
        for item in self.rules:
            for group in item["spec"].get("groups", []) if item["kind"] == "PrometheusRule" else []:
                for rule in group["rules"]:
                    if "alert" not in rule:
                        continue
                    page = re.search(r"docs/runbooks/[a-z0-9-]+\.md", rule["annotations"]["runbook_url"])
                    self.assertTrue(page and (chart.PROJECT / page.group()).exists(), rule["alert"])
                    self.assertIn("severity", rule["labels"], rule["alert"])
                    self.assertIn("summary", rule["annotations"], rule["alert"])

    def test_metrics_are_read_at_the_management_port(self):
        monitor = chart.one(self.rules, "ServiceMonitor")["spec"]
        service = chart.one(self.rules, "Service", "-management")
        self.assertLessEqual(monitor["selector"]["matchLabels"].items(), service["metadata"]["labels"].items())
        self.assertEqual(
            ("management", "/q/metrics"), (monitor["endpoints"][0]["port"], monitor["endpoints"][0]["path"])
        )

    def test_dashboards_are_whole(self):
        files = sorted((chart.CHART / "files/dashboards").glob("*.json"))
        self.assertTrue(files)
        objects = chart.example("azure")
        for file in files:
            dashboard = json.loads(chart.one(objects, "ConfigMap", file.stem)["data"][file.name])
            self.assertEqual(json.loads(file.read_text()), dashboard)
            panels = [panel for row in dashboard["panels"] for panel in [row, *row.get("panels", [])]]
            ids = [panel["id"] for panel in panels]
            self.assertEqual(len(ids), len(set(ids)), file.name)
            self.assertIn("datasource", [variable["type"] for variable in dashboard["templating"]["list"]])

    def test_our_metrics_in_alerts_and_dashboards_exist(self):
        documented = {
            name.replace(".", "_") for name in re.findall(r"^\| `(token_vault\.[a-z_.]+)`", self.metrics, re.MULTILINE)
        }
        for file in [*(chart.CHART / "files").rglob("*.yaml"), *(chart.CHART / "files").rglob("*.json")]:
            for name in re.findall(r"\btoken_vault_[a-z_]+\b", file.read_text()):
                plain = re.sub(r"_(total|seconds_(count|sum|max|bucket)|bucket|count|sum|max)$", "", name)
                self.assertTrue({name, plain, f"{plain}_seconds"} & documented, f"{name} in {file.name}")


class HelmTest(unittest.TestCase):
    def test_it_asks_the_services_of_the_release(self):
        objects = chart.example("aws")
        pod = chart.one(objects, "Pod")
        self.assertEqual("test", pod["metadata"]["annotations"]["helm.sh/hook"])
        names = [item["metadata"]["name"] for item in objects if item["kind"] == "Service"]
        arguments = chart.pod_of(pod)["containers"][0]["args"]
        self.assertEqual("round-trip", arguments[0])
        for address, name in zip(arguments[1:3], names):
            self.assertRegex(address, rf"^http://{name}:\d+$")
        self.assertEqual(
            ["production", "/etc/token-vault/test/operator-key", "/etc/token-vault/test/token"], arguments[3:]
        )

    def test_without_a_key_it_asks_for_readiness_only(self):
        self.assertEqual(3, len(chart.pod_of(chart.one(chart.example("vault"), "Pod"))["containers"][0]["args"]))


class Notes(unittest.TestCase):
    def said(self, example):
        return chart.helm(
            "install", "tv", chart.CHART, "--dry-run=client", "--namespace", "tokens", "--values", example
        )

    def test_they_say_what_to_do_next(self):
        self.assertIn("kubectl -n tokens rollout status deployment/tv-token-vault", self.said(VAULT))
        self.assertIn("audience token-vault-sandbox", self.said(VAULT))
        self.assertIn("create-pod-identity-association", self.said(AWS))
        self.assertIn("system:serviceaccount:tokens:tv-token-vault", self.said(AZURE))
        self.assertIn("get secret token-vault-bootstrap", self.said(AWS))
        self.assertIn("helm -n tokens test tv", self.said(MIXED))
