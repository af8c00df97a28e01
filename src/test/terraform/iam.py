"""Decides what IAM policies allow, by the rules of "Policy evaluation logic" in the AWS IAM User Guide.

Only what our policies use is known: anything else is an error, never an answer.
"""

import re

KNOWN = {"Sid", "Effect", "Action", "Resource", "NotResource", "Condition", "Principal"}


def as_list(value):
    return value if isinstance(value, list) else [value]


def like(pattern, text):
    """IAM's wildcards: * and ?, and nothing else."""
    return re.fullmatch(re.sub(r"\\\*", ".*", re.escape(pattern)).replace(r"\?", "."), text, re.S) is not None


def condition_holds(conditions, context):
    for operator, wanted in conditions.items():
        for key, values in wanted.items():
            if key not in context:
                return False
            actual, values = context[key], as_list(values)
            match operator:
                case "StringEquals":
                    holds = actual in values
                case "StringLike":
                    holds = any(like(value, actual) for value in values)
                case "Bool":
                    holds = actual.lower() in values
                case _:
                    raise ValueError("an operator that is not known here: " + operator)
            if not holds:
                return False
    return True


def applies(statement, action, resource, context, principal):
    if unknown := statement.keys() - KNOWN:
        raise ValueError("not known here: %s" % unknown)
    if "Principal" in statement and statement["Principal"] != principal:
        return False
    if not any(like(pattern.lower(), action.lower()) for pattern in as_list(statement["Action"])):
        return False
    if "NotResource" in statement:
        concerned = not any(like(pattern, resource) for pattern in as_list(statement["NotResource"]))
    else:
        concerned = any(like(pattern, resource) for pattern in as_list(statement["Resource"]))
    return concerned and condition_holds(statement.get("Condition", {}), context)


def allows(policies, action, resource, context, principal=None):
    """Whether the policies together allow it: some statement does, and none denies it."""
    effects = {
        statement["Effect"]
        for policy in policies
        for statement in policy["Statement"]
        if applies(statement, action, resource, context, principal)
    }
    return effects == {"Allow"}
