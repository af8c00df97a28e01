"""The evaluator that the tests of the AWS module stand on."""

import unittest

from iam import allows


def policy(effect="Allow", action="s:Get", resource="arn:a/*", **more):
    return {"Statement": [{"Effect": effect, "Action": action, "Resource": resource} | more]}


class Iam(unittest.TestCase):
    def test_nothing_is_allowed_by_default(self):
        self.assertFalse(allows([], "s:Get", "arn:a/b", {}))

    def test_a_wildcard_reaches_over_slashes_and_not_beyond_its_prefix(self):
        self.assertTrue(allows([policy()], "s:Get", "arn:a/b/c", {}))
        self.assertFalse(allows([policy()], "s:Get", "arn:ab/c", {}))

    def test_a_question_mark_is_one_character(self):
        self.assertTrue(allows([policy(resource="arn:a-??")], "s:Get", "arn:a-12", {}))
        self.assertFalse(allows([policy(resource="arn:a-??")], "s:Get", "arn:a-123", {}))

    def test_a_denial_wins(self):
        self.assertFalse(allows([policy(), policy("Deny", "s:*", "*")], "s:Get", "arn:a/b", {}))

    def test_a_condition_on_what_is_not_said_does_not_hold(self):
        conditional = policy(Condition={"StringEquals": {"k": "v"}})
        self.assertFalse(allows([conditional], "s:Get", "arn:a/b", {}))
        self.assertTrue(allows([conditional], "s:Get", "arn:a/b", {"k": "v"}))

    def test_what_is_not_known_is_an_error(self):
        with self.assertRaises(ValueError):
            allows([policy(NotAction="s:Put")], "s:Get", "arn:a/b", {})
        with self.assertRaises(ValueError):
            allows([policy(Condition={"IpAddress": {"k": "v"}})], "s:Get", "arn:a/b", {"k": "v"})
