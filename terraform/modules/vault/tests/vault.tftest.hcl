mock_provider "vault" {}

variables {
  url = "https://vault.example:8200"
  environments = {
    production  = { mark = "prod" }
    development = { mark = "dev", storage = "sealed" }
  }
}

run "every_environment_and_system_have_a_policy_of_their_own" {
  command = plan

  assert {
    condition     = toset(keys(vault_policy.service)) == toset(["production", "development", "system"])
    error_message = "One policy for each environment and one for system."
  }

  assert {
    condition     = strcontains(vault_policy.service["production"].policy, "secret/data/token-vault/production/*")
    error_message = "A policy opens the path of its environment."
  }

  assert {
    condition     = !strcontains(vault_policy.service["development"].policy, "production")
    error_message = "A policy names no other environment."
  }
}

run "roles_get_their_own_policy_and_nothing_by_default" {
  command = plan

  assert {
    condition     = alltrue([for name, role in vault_kubernetes_auth_backend_role.service : one(role.token_policies) == "token-vault-${name}" && role.token_no_default_policy])
    error_message = "A role has one policy, that of its environment."
  }
}

run "where_tokens_are_sealed_there_is_nothing_for_consumers" {
  command = plan

  assert {
    condition     = keys(vault_policy.consumer) == ["production"]
    error_message = "No consumer policy for an environment whose tokens are not in the backend."
  }
}

run "writes_are_conditional" {
  command = plan

  assert {
    condition     = vault_kv_secret_backend_v2.secrets[0].cas_required
    error_message = "The engine asks everybody for check-and-set."
  }
}

run "an_approle_is_bound_to_a_secret_id_that_ends" {
  command = plan

  variables {
    auth = { method = "approle", bound_cidrs = ["10.0.0.0/16"] }
  }

  assert {
    condition     = alltrue([for role in vault_approle_auth_backend_role.service : role.bind_secret_id && role.secret_id_ttl > 0 && length(role.secret_id_bound_cidrs) == 1])
    error_message = "A secret id is needed, ends, and is good from the ranges given."
  }
}

run "refuses_a_reserved_name" {
  command = plan

  variables {
    environments = { system = { mark = "sys" } }
  }

  expect_failures = [var.environments]
}

run "refuses_one_mark_for_two_environments" {
  command = plan

  variables {
    environments = { production = { mark = "tv" }, sandbox = { mark = "tv" } }
  }

  expect_failures = [var.environments]
}

run "refuses_plain_http" {
  command = plan

  variables {
    url = "http://vault.example:8200"
  }

  expect_failures = [var.url]
}

run "refuses_a_pattern_for_a_service_account" {
  command = plan

  variables {
    kubernetes = { namespace = "token-vault", service_account = "*" }
  }

  expect_failures = [var.kubernetes]
}
