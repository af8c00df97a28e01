variable "subscription_id" {
  description = "The subscription that everything is made in."
  type        = string
}

variable "location" {
  description = "The region of the vaults."
  type        = string
}

variable "name_prefix" {
  description = "What the names of vaults begin with; unique in all of Azure."
  type        = string
}

variable "oidc_issuer_url" {
  description = "The issuer of the AKS cluster's service account tokens."
  type        = string
}

variable "subnet_id" {
  description = "The subnet for the private endpoints."
  type        = string
}

variable "private_dns_zone_id" {
  description = "The private DNS zone `privatelink.vaultcore.azure.net`."
  type        = string
}

variable "log_analytics_workspace_id" {
  description = "The workspace that gets the audit events of the vaults."
  type        = string
}

variable "token_readers" {
  description = "Who may read the token of which connection."
  type = map(object({
    environment   = string
    connection_id = string
    principal_id  = string
  }))
  default = {}
}
