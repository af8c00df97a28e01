mock_provider "azurerm" {
  mock_data "azurerm_client_config" {
    defaults = { tenant_id = "00000000-0000-4000-8000-000000000001" }
  }

  mock_resource "azurerm_key_vault" {
    defaults = {
      id        = "/subscriptions/00000000-0000-4000-8000-000000000002/resourceGroups/tv/providers/Microsoft.KeyVault/vaults/tv"
      vault_uri = "https://tv.vault.azure.net/"
    }
  }

  mock_resource "azurerm_user_assigned_identity" {
    defaults = {
      id           = "/subscriptions/00000000-0000-4000-8000-000000000002/resourceGroups/tv/providers/Microsoft.ManagedIdentity/userAssignedIdentities/tv"
      principal_id = "00000000-0000-4000-8000-000000000003"
    }
  }

  mock_resource "azurerm_role_definition" {
    defaults = {
      role_definition_resource_id = "/subscriptions/00000000-0000-4000-8000-000000000002/providers/Microsoft.Authorization/roleDefinitions/00000000-0000-4000-8000-000000000004"
    }
  }
}

variables {
  name_prefix     = "tv-acme"
  oidc_issuer_url = "https://issuer.example/"
  resource_group = {
    name     = "tv"
    id       = "/subscriptions/00000000-0000-4000-8000-000000000002/resourceGroups/tv"
    location = "westeurope"
  }
  environments = {
    production = { mark = "prod" }
    dev        = { mark = "dev", storage = "sealed" }
  }
}

run "every_environment_and_system_have_a_vault_and_an_identity_of_their_own" {
  assert {
    condition     = keys(azurerm_key_vault.secrets) == ["dev", "production", "system"] && keys(azurerm_user_assigned_identity.service) == keys(azurerm_key_vault.secrets)
    error_message = "One vault and one identity for each environment and for system."
  }
}

run "vaults_are_closed" {
  assert {
    condition     = alltrue([for vault in azurerm_key_vault.secrets : !vault.public_network_access_enabled && vault.rbac_authorization_enabled && vault.network_acls[0].default_action == "Deny" && vault.network_acls[0].bypass == "None"])
    error_message = "No public access, roles instead of access policies, and nobody passes by."
  }

  assert {
    condition     = alltrue([for vault in azurerm_key_vault.secrets : vault.purge_protection_enabled])
    error_message = "What is deleted can be recovered."
  }
}

run "the_role_has_no_right_to_purge_unless_that_is_wanted" {
  assert {
    condition     = !contains(azurerm_role_definition.service.permissions[0].data_actions, "Microsoft.KeyVault/vaults/secrets/purge/action")
    error_message = "Deleted secrets stay."
  }
}

run "with_purge_the_role_has_it" {
  variables {
    purge = true
  }

  assert {
    condition     = contains(azurerm_role_definition.service.permissions[0].data_actions, "Microsoft.KeyVault/vaults/secrets/purge/action")
    error_message = "The service may purge."
  }
}

run "a_reader_gets_one_secret" {
  variables {
    token_readers = {
      orders = {
        environment   = "production"
        connection_id = "c0123456789abcdefghijklm"
        principal_id  = "00000000-0000-4000-8000-000000000005"
      }
    }
  }

  assert {
    condition     = endswith(azurerm_role_assignment.consumer["orders"].scope, "/secrets/token-vault-production-c0123456789abcdefghijklm-token")
    error_message = "The role is assigned on the secret, not on the vault."
  }
}

run "refuses_a_reader_where_tokens_are_sealed" {
  command = plan

  variables {
    token_readers = {
      orders = {
        environment   = "dev"
        connection_id = "c0123456789abcdefghijklm"
        principal_id  = "00000000-0000-4000-8000-000000000005"
      }
    }
  }

  expect_failures = [var.token_readers]
}

run "refuses_a_name_that_is_too_long_for_a_vault" {
  command = plan

  variables {
    name_prefix = "tv-acme-europe"
    environments = {
      developmentnumber12 = { mark = "dev" }
    }
  }

  expect_failures = [azurerm_key_vault.secrets["developmentnumber12"]]
}
