# Two deployments, each in an account of its own: production, and one for everything that must not reach it. On AWS a
# process has one identity, so what is to be kept apart runs as a Helm release of its own.

terraform {
  required_version = ">= 1.9.0, < 2.0.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0.0, < 7.0.0"
    }
  }
}

provider "aws" {
  region = var.region
}

provider "aws" {
  alias   = "development"
  region  = var.region
  profile = var.development_profile
}

module "production" {
  source = "../../modules/aws"

  environments = {
    production = { mark = "prod" }
  }

  identity             = { mode = "pod_identity", cluster_name = var.cluster_name }
  recovery_window_days = 30
  tags                 = { owner = "platform" }
}

module "development" {
  source    = "../../modules/aws"
  providers = { aws = aws.development }

  environments = {
    sandbox     = { mark = "sbx" }
    development = { mark = "dev", storage = "sealed" }
  }

  identity = { mode = "irsa", oidc_provider_arn = var.development_oidc_provider_arn }

  kubernetes = {
    namespace       = "token-vault-development"
    service_account = "token-vault"
  }

  recovery_window_days = 7
  tags                 = { owner = "platform" }
}
