data "azurerm_client_config" "current" {}

locals {
  # What has a vault and an identity of its own: Key Vault cannot limit a role to names with a prefix.
  scopes = toset(concat(keys(var.environments), var.system ? ["system"] : []))

  vault_names = { for name in local.scopes : name => lookup(var.vault_names, name, "${var.name_prefix}-${name}") }

  service_role  = jsondecode(templatefile("${path.module}/roles/service.json.tftpl", { purge = var.purge }))
  consumer_role = jsondecode(file("${path.module}/roles/consumer.json"))
}

resource "azurerm_key_vault" "secrets" {
  for_each = local.scopes

  name                          = local.vault_names[each.key]
  resource_group_name           = var.resource_group.name
  location                      = var.resource_group.location
  tenant_id                     = data.azurerm_client_config.current.tenant_id
  sku_name                      = var.sku_name
  rbac_authorization_enabled    = true
  purge_protection_enabled      = !var.purge
  soft_delete_retention_days    = var.soft_delete_retention_days
  public_network_access_enabled = false
  tags                          = merge(var.tags, { environment = each.key })

  network_acls {
    bypass         = "None"
    default_action = "Deny"
  }

  lifecycle {
    precondition {
      condition     = length(local.vault_names[each.key]) <= 24
      error_message = "The name of a vault has 24 characters at most: name a shorter one in vault_names."
    }
  }
}

resource "azurerm_private_endpoint" "secrets" {
  for_each = var.private_endpoint == null ? toset([]) : local.scopes

  name                = "${local.vault_names[each.key]}-endpoint"
  resource_group_name = var.resource_group.name
  location            = var.resource_group.location
  subnet_id           = var.private_endpoint.subnet_id
  tags                = merge(var.tags, { environment = each.key })

  private_service_connection {
    name                           = local.vault_names[each.key]
    private_connection_resource_id = azurerm_key_vault.secrets[each.key].id
    subresource_names              = ["vault"]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "vaultcore"
    private_dns_zone_ids = var.private_endpoint.private_dns_zone_ids
  }
}

resource "azurerm_monitor_diagnostic_setting" "secrets" {
  for_each = var.log_analytics_workspace_id == null ? toset([]) : local.scopes

  name                       = "audit"
  target_resource_id         = azurerm_key_vault.secrets[each.key].id
  log_analytics_workspace_id = var.log_analytics_workspace_id

  enabled_log {
    category = "AuditEvent"
  }
}

resource "azurerm_user_assigned_identity" "service" {
  for_each = local.scopes

  name                = "${var.name_prefix}-${each.key}"
  resource_group_name = var.resource_group.name
  location            = var.resource_group.location
  tags                = merge(var.tags, { environment = each.key })
}

resource "azurerm_federated_identity_credential" "service" {
  for_each = local.scopes

  name                      = "token-vault"
  user_assigned_identity_id = azurerm_user_assigned_identity.service[each.key].id
  issuer                    = var.oidc_issuer_url
  subject                   = "system:serviceaccount:${var.kubernetes.namespace}:${var.kubernetes.service_account}"
  audience                  = ["api://AzureADTokenExchange"]
}

resource "azurerm_role_definition" "service" {
  name              = "${var.name_prefix}-service"
  scope             = var.resource_group.id
  description       = local.service_role.description
  assignable_scopes = [var.resource_group.id]

  permissions {
    actions      = []
    data_actions = local.service_role.dataActions
  }
}

resource "azurerm_role_definition" "consumer" {
  name              = "${var.name_prefix}-consumer"
  scope             = var.resource_group.id
  description       = local.consumer_role.description
  assignable_scopes = [var.resource_group.id]

  permissions {
    actions      = []
    data_actions = local.consumer_role.dataActions
  }
}

resource "azurerm_role_assignment" "service" {
  for_each = local.scopes

  scope              = azurerm_key_vault.secrets[each.key].id
  role_definition_id = azurerm_role_definition.service.role_definition_resource_id
  principal_id       = azurerm_user_assigned_identity.service[each.key].principal_id
  principal_type     = "ServicePrincipal"
}

# On one secret each: on the vault, the role would open the keyring too.
resource "azurerm_role_assignment" "consumer" {
  for_each = var.token_readers

  scope              = "${azurerm_key_vault.secrets[each.value.environment].id}/secrets/token-vault-${each.value.environment}-${each.value.connection_id}-token"
  role_definition_id = azurerm_role_definition.consumer.role_definition_resource_id
  principal_id       = each.value.principal_id
}
