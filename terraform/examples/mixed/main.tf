# One deployment on two backends: production on AWS, which keeps what belongs to no environment too, and sandbox on Vault.

terraform {
  required_version = ">= 1.9.0, < 2.0.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0.0, < 7.0.0"
    }
    vault = {
      source  = "hashicorp/vault"
      version = ">= 5.6.0, < 6.0.0"
    }
  }
}

provider "aws" {
  region = var.region
}

# Where the server is and who we are comes from VAULT_ADDR and VAULT_TOKEN.
provider "vault" {}

locals {
  kubernetes = {
    namespace       = "token-vault"
    service_account = "token-vault"
  }
}

module "production" {
  source = "../../modules/aws"

  environments = { production = { mark = "prod" } }
  identity     = { mode = "pod_identity", cluster_name = var.cluster_name }
  kubernetes   = local.kubernetes
}

module "sandbox" {
  source = "../../modules/vault"

  environments = { sandbox = { mark = "sbx" } }
  system       = false
  url          = var.vault_url
  auth         = { method = "kubernetes" }
  kubernetes   = local.kubernetes
}
