mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_region" {
    defaults = { region = "eu-central-1" }
  }

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-4000-8000-000000000000" }
  }

  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::111122223333:policy/token-vault" }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/token-vault" }
  }
}

variables {
  identity = { mode = "pod_identity", cluster_name = "main" }
  environments = {
    production  = { mark = "prod" }
    development = { mark = "dev", storage = "sealed" }
  }
}

run "every_environment_and_system_have_a_key_and_a_policy_of_their_own" {
  assert {
    condition     = keys(aws_kms_key.secrets) == ["development", "production", "system"] && keys(aws_iam_policy.service) == keys(aws_kms_key.secrets)
    error_message = "One key and one policy for each environment and for system."
  }

  assert {
    condition     = alltrue([for name, policy in aws_iam_policy.service : strcontains(policy.policy, ":secret:token-vault/${name}/*")])
    error_message = "A policy opens the names of its environment."
  }

  assert {
    condition     = alltrue([for key in aws_kms_key.secrets : key.enable_key_rotation])
    error_message = "Keys are rotated."
  }
}

run "the_guard_denies_what_is_not_ours" {
  assert {
    condition     = strcontains(aws_iam_policy.guard.policy, "\"Effect\": \"Deny\"") && !strcontains(aws_iam_policy.guard.policy, "Allow")
    error_message = "The guard only denies."
  }
}

run "where_tokens_are_sealed_there_is_nothing_for_consumers" {
  assert {
    condition     = keys(aws_iam_policy.consumer) == ["production"]
    error_message = "No consumer policy for an environment whose tokens are not in the backend."
  }
}

run "a_role_for_service_accounts_is_bound_to_one" {
  variables {
    identity = { mode = "irsa", oidc_provider_arn = "arn:aws:iam::111122223333:oidc-provider/oidc.example/id/1" }
  }

  assert {
    condition     = jsondecode(aws_iam_role.service.assume_role_policy).Statement[0].Condition.StringEquals["oidc.example/id/1:sub"] == "system:serviceaccount:token-vault:token-vault"
    error_message = "Only that service account becomes the role."
  }

  assert {
    condition     = length(aws_eks_pod_identity_association.service) == 0
    error_message = "No association beside it."
  }
}

run "refuses_pod_identity_without_a_cluster" {
  command = plan

  variables {
    identity = { mode = "pod_identity" }
  }

  expect_failures = [var.identity]
}

run "refuses_a_reserved_name" {
  command = plan

  variables {
    environments = { system = { mark = "sys" } }
  }

  expect_failures = [var.environments]
}

run "refuses_a_recovery_window_that_is_too_short" {
  command = plan

  variables {
    recovery_window_days = 3
  }

  expect_failures = [var.recovery_window_days]
}
