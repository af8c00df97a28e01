"""What the AWS module's role may do: everything that the service's adapter asks for, and nothing of a neighbour."""

import json
import re
import unittest

import iam
import tofu

SECRETS = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:token-vault"
OTHER_SECRET = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:billing/database-Ab12Cd"
ACCOUNT = {"AWS": "arn:aws:iam::111122223333:root"}
CONNECTION = "c0123456789abcdefghijklm"
TLS = {"aws:SecureTransport": "true"}

# What only a connection's secret is asked for: a keyring is neither deleted nor brought back.
OF_TOKENS = {"secretsmanager:DeleteSecret", "secretsmanager:RestoreSecret"}


def used_by_the_adapter():
    """The operations that the adapter calls, read from its source; a secret is made with tags, which is a right too."""
    source = "".join(
        path.read_text() for path in (tofu.PROJECT / "src/main/java/io/tokenvault/secrets/aws").glob("*.java")
    )
    calls = set(re.findall(r"exchanges\s*\.(?:read|write)\(client -> client\s*\.(\w+)\(", source))
    return {"secretsmanager:" + call[0].upper() + call[1:] for call in calls} | {"secretsmanager:TagResource"}


def token(environment):
    return "%s/%s/%s/token-Ab12Cd" % (SECRETS, environment, CONNECTION)


def keyring(environment):
    return "%s/%s/keyring-Ab12Cd" % (SECRETS, environment)


def asked(environment):
    """What is known of a request of the service for a secret of that environment."""
    return TLS | {"aws:RequestTag/application": "token-vault", "aws:RequestTag/environment": environment}


def through_secrets_manager(secret):
    return {
        "kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com",
        "kms:EncryptionContext:SecretARN": secret,
    }


class Deployment:
    """The role, the keys and the consumers of one module of the example."""

    def __init__(self, module):
        self.made, _ = tofu.applied("aws")
        self.module = module
        policies = self.of("aws_iam_policy")
        attached = {values["policy_arn"] for values in self.of("aws_iam_role_policy_attachment").values()}
        self.role = [json.loads(policy["policy"]) for policy in policies.values() if policy["arn"] in attached]
        self.alone = {
            key: [json.loads(policy["policy"])] for (name, key), policy in policies.items() if name == "service"
        }
        self.consumers = {
            key: [json.loads(policy["policy"])] for (name, key), policy in policies.items() if name == "consumer"
        }
        self.keys = {
            key: (values["arn"], json.loads(values["policy"])) for (_, key), values in self.of("aws_kms_key").items()
        }

    def of(self, kind):
        """The resources of one type, by name and key."""
        address = re.compile(r'module\.%s\.%s\.(\w+)(?:\["(\w+)"\])?' % (self.module, kind))
        matches = ((address.fullmatch(found), values) for found, values in self.made.items())
        return {(match[1], match[2]): values for match, values in matches if match}

    def may(self, action, resource, context, policies=None):
        return iam.allows(policies or self.role, action, resource, context)

    def may_decrypt(self, scope, secret, policies=None, action="kms:Decrypt", context=None):
        """Both must say so: the policies of the caller, and that of the key, which leaves the rest to them."""
        arn, policy = self.keys[scope]
        context = through_secrets_manager(secret) if context is None else context
        return iam.allows(policies or self.role, action, arn, context) and iam.allows(
            [policy], action, arn, context, ACCOUNT
        )


class Aws(unittest.TestCase):
    def setUp(self):
        self.production = Deployment("production")
        self.development = Deployment("development")

    def test_the_adapter_is_read_rightly(self):
        self.assertLessEqual(
            {"secretsmanager:GetSecretValue", "secretsmanager:CreateSecret", "secretsmanager:DeleteSecret"},
            used_by_the_adapter(),
        )

    def test_the_service_may_do_all_that_it_does_with_tokens(self):
        for environment, deployment in (("production", self.production), ("sandbox", self.development)):
            for action in used_by_the_adapter():
                with self.subTest(environment=environment, action=action):
                    self.assertTrue(deployment.may(action, token(environment), asked(environment)))

    def test_the_service_may_do_all_that_it_does_with_keyrings_and_the_mark(self):
        for scope, name in (("production", "keyring"), ("system", "keyring"), ("system", "mark")):
            for action in used_by_the_adapter() - OF_TOKENS:
                with self.subTest(scope=scope, name=name, action=action):
                    resource = "%s/%s/%s-Ab12Cd" % (SECRETS, scope, name)
                    self.assertTrue(self.production.may(action, resource, asked(scope)))

    def test_a_secret_that_is_not_there_yet_may_be_asked_for(self):
        for action in ("secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret", "secretsmanager:DeleteSecret"):
            with self.subTest(action):
                self.assertTrue(self.production.may(action, "%s/production/%s/token" % (SECRETS, CONNECTION), TLS))

    def test_nobody_deletes_a_keyring(self):
        for scope in ("production", "system"):
            for action in OF_TOKENS | {"secretsmanager:CancelRotateSecret", "secretsmanager:PutResourcePolicy"}:
                with self.subTest(scope=scope, action=action):
                    self.assertFalse(self.production.may(action, keyring(scope), TLS))

    def test_nothing_of_a_neighbour_is_within_reach(self):
        foreign = [token("production"), keyring("production"), OTHER_SECRET, "%s-billing/x-Ab12Cd" % SECRETS]
        for action in used_by_the_adapter():
            for resource in foreign:
                for said in ("production", "sandbox"):
                    with self.subTest(action=action, resource=resource):
                        self.assertFalse(self.development.may(action, resource, asked(said)))
            for resource in (token("sandbox"), keyring("development"), OTHER_SECRET):
                with self.subTest(action=action, resource=resource):
                    self.assertFalse(self.production.may(action, resource, asked("sandbox")))

    def test_the_policy_of_one_environment_opens_nothing_of_another_by_itself(self):
        """Without the guard, which would hide it."""
        alone = self.production.alone | self.development.alone
        for scope, policies in alone.items():
            for other in (alone.keys() | {"productions"}) - {scope}:
                for action in used_by_the_adapter():
                    for resource in (token(other), keyring(other), OTHER_SECRET):
                        for said in (scope, other):
                            with self.subTest(scope=scope, action=action, resource=resource):
                                self.assertFalse(iam.allows(policies, action, resource, asked(said)))
            for key in ("production", "system"):
                if key != scope:
                    arn, _ = self.production.keys[key]
                    self.assertFalse(iam.allows(policies, "kms:Decrypt", arn, through_secrets_manager(token(scope))))

    def test_whatever_is_attached_later_a_neighbour_stays_out_of_reach(self):
        everything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        widened = self.development.role + [everything]
        self.assertTrue(iam.allows(widened, "secretsmanager:GetSecretValue", token("sandbox"), TLS))
        self.assertFalse(iam.allows(widened, "secretsmanager:GetSecretValue", token("production"), TLS))
        arn, _ = self.production.keys["production"]
        self.assertFalse(iam.allows(widened, "kms:Decrypt", arn, through_secrets_manager(token("production"))))

    def test_a_secret_is_made_with_our_tags_only(self):
        for action in ("secretsmanager:CreateSecret", "secretsmanager:TagResource"):
            self.assertFalse(self.production.may(action, token("production"), TLS))
            self.assertFalse(self.production.may(action, token("production"), asked("sandbox")))

    def test_nothing_goes_in_the_clear(self):
        self.assertFalse(
            self.production.may(
                "secretsmanager:GetSecretValue", token("production"), {"aws:SecureTransport": "false"}
            )
        )

    def test_a_key_opens_the_secrets_of_its_environment_and_only_through_the_service(self):
        for action in ("kms:Decrypt", "kms:GenerateDataKey"):
            with self.subTest(action):
                self.assertTrue(self.production.may_decrypt("production", token("production"), action=action))
                self.assertTrue(self.production.may_decrypt("system", keyring("system"), action=action))
                self.assertFalse(self.production.may_decrypt("production", keyring("system"), action=action))
                self.assertFalse(self.production.may_decrypt("production", token("production"), action=action, context={}))

    def test_an_administrator_of_the_account_cannot_use_a_key_directly(self):
        everything = [{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}]
        self.assertFalse(self.production.may_decrypt("production", token("production"), everything, context={}))
        arn, policy = self.production.keys["production"]
        for action in ("kms:CreateGrant", "kms:Encrypt", "kms:ReEncryptFrom", "kms:GenerateDataKeyPair"):
            self.assertFalse(iam.allows([policy], action, arn, through_secrets_manager(token("production")), ACCOUNT))
        self.assertTrue(iam.allows([policy], "kms:PutKeyPolicy", arn, {}, ACCOUNT))

    def test_a_consumer_reads_tokens_and_nothing_else(self):
        consumer = self.production.consumers["production"]
        ours = TLS | {
            "secretsmanager:ResourceTag/application": "token-vault",
            "secretsmanager:ResourceTag/environment": "production",
        }
        read = "secretsmanager:GetSecretValue"
        self.assertTrue(iam.allows(consumer, read, token("production"), ours))
        self.assertTrue(self.production.may_decrypt("production", token("production"), consumer))
        self.assertFalse(iam.allows(consumer, read, keyring("production"), ours))
        self.assertFalse(self.production.may_decrypt("production", keyring("production"), consumer))
        self.assertFalse(iam.allows(consumer, read, token("sandbox"), ours))
        for action in used_by_the_adapter() - {read, "secretsmanager:DescribeSecret"}:
            self.assertFalse(iam.allows(consumer, action, token("production"), ours))

    def test_sealed_tokens_have_no_consumers(self):
        self.assertEqual({"sandbox"}, self.development.consumers.keys())

    def test_only_the_service_account_becomes_the_role(self):
        production, development = (
            json.loads(next(iter(deployment.of("aws_iam_role").values()))["assume_role_policy"])
            for deployment in (self.production, self.development)
        )
        pod = {
            "aws:RequestTag/eks-cluster-arn": "arn:aws:eks:eu-central-1:111122223333:cluster/main",
            "aws:RequestTag/kubernetes-namespace": "token-vault",
            "aws:RequestTag/kubernetes-service-account": "token-vault",
        }
        agent = {"Service": "pods.eks.amazonaws.com"}
        without_resource(production), without_resource(development)
        self.assertTrue(iam.allows([production], "sts:AssumeRole", "role", pod, agent))
        for key in pod:
            self.assertFalse(iam.allows([production], "sts:AssumeRole", "role", pod | {key: "other"}, agent))
        account = {
            "oidc.example/id/1:aud": "sts.amazonaws.com",
            "oidc.example/id/1:sub": "system:serviceaccount:token-vault-development:token-vault",
        }
        issuer = {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.example/id/1"}
        become = "sts:AssumeRoleWithWebIdentity"
        self.assertTrue(iam.allows([development], become, "role", account, issuer))
        for key in account:
            self.assertFalse(iam.allows([development], become, "role", account | {key: "other"}, issuer))


def without_resource(trust):
    """A trust policy is about the role that it belongs to and names no resource."""
    for statement in trust["Statement"]:
        statement["Resource"] = "role"
