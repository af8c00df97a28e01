# One Vault or OpenBao for every environment; the service runs in the Kubernetes cluster that the server trusts.

terraform {
  required_version = ">= 1.9.0, < 2.0.0"

  required_providers {
    vault = {
      source  = "hashicorp/vault"
      version = ">= 5.6.0, < 6.0.0"
    }
  }
}

# Where the server is and who we are comes from VAULT_ADDR and VAULT_TOKEN.
provider "vault" {}

resource "vault_auth_backend" "kubernetes" {
  type = "kubernetes"
  path = "kubernetes"
}

resource "vault_kubernetes_auth_backend_config" "cluster" {
  backend            = vault_auth_backend.kubernetes.path
  kubernetes_host    = var.kubernetes_host
  kubernetes_ca_cert = file(var.kubernetes_ca_file)
}

module "token_vault" {
  source = "../../modules/vault"

  environments = {
    production  = { mark = "prod" }
    sandbox     = { mark = "sbx" }
    development = { mark = "dev", storage = "sealed" }
  }

  url  = var.vault_url
  auth = { method = "kubernetes", mount = vault_auth_backend.kubernetes.path }

  kubernetes = {
    namespace       = "token-vault"
    service_account = "token-vault"
  }
}
