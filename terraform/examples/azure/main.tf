# Each environment in a vault of its own, reached from one subnet only; the service runs in AKS with workload identity.

terraform {
  required_version = ">= 1.9.0, < 2.0.0"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.73.0, < 5.0.0"
    }
  }
}

provider "azurerm" {
  subscription_id = var.subscription_id
  features {}
}

resource "azurerm_resource_group" "token_vault" {
  name     = "token-vault"
  location = var.location
}

module "token_vault" {
  source = "../../modules/azure"

  environments = {
    production  = { mark = "prod" }
    sandbox     = { mark = "sbx" }
    development = { mark = "dev", storage = "sealed" }
  }

  name_prefix = var.name_prefix
  vault_names = { development = "${var.name_prefix}-dev" }

  resource_group = {
    name     = azurerm_resource_group.token_vault.name
    id       = azurerm_resource_group.token_vault.id
    location = azurerm_resource_group.token_vault.location
  }

  oidc_issuer_url = var.oidc_issuer_url

  kubernetes = {
    namespace       = "token-vault"
    service_account = "token-vault"
  }

  private_endpoint = {
    subnet_id            = var.subnet_id
    private_dns_zone_ids = [var.private_dns_zone_id]
  }

  log_analytics_workspace_id = var.log_analytics_workspace_id
  token_readers              = var.token_readers
  tags                       = { owner = "platform" }
}
