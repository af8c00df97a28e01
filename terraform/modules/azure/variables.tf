variable "environments" {
  description = "The environments whose secrets are kept here, by name: the mark in their tokens, and whether each token is a secret of its own (`secret`) or only the keyring is (`sealed`)."
  type = map(object({
    mark    = string
    storage = optional(string, "secret")
  }))
  nullable = false

  validation {
    condition     = length(var.environments) > 0
    error_message = "Name one environment at least."
  }

  validation {
    condition     = alltrue([for name in keys(var.environments) : can(regex("^[a-z][a-z0-9]{1,19}$", name)) && name != "system"])
    error_message = "An environment's name is a small letter and 1 to 19 small letters or digits; \"system\" is reserved."
  }

  validation {
    condition     = alltrue([for environment in values(var.environments) : can(regex("^[a-z]{2,8}$", environment.mark))])
    error_message = "A mark is 2 to 8 small letters."
  }

  validation {
    condition     = length(distinct(values(var.environments)[*].mark)) == length(var.environments)
    error_message = "Each environment needs a mark of its own."
  }

  validation {
    condition     = alltrue([for environment in values(var.environments) : contains(["secret", "sealed"], environment.storage)])
    error_message = "The storage is \"secret\" or \"sealed\"."
  }
}

variable "system" {
  description = "Whether what belongs to no environment, such as the keys for operator keys, is kept here too. True for exactly one module of a deployment."
  type        = bool
  default     = true
  nullable    = false
}

variable "name_prefix" {
  description = "What the names of vaults, identities and roles begin with. The names of vaults are unique in all of Azure: choose one that is yours."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,13}$", var.name_prefix))
    error_message = "The prefix is a small letter and up to 13 small letters, digits or hyphens."
  }
}

variable "resource_group" {
  description = "The resource group that everything is made in, and its location."
  type = object({
    name     = string
    id       = string
    location = string
  })
  nullable = false
}

variable "vault_names" {
  description = "Names of vaults, by environment and `system`, that should not be `<name_prefix>-<environment>`; for names that are too long (24 characters) or taken."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in values(var.vault_names) : can(regex("^[a-zA-Z]([a-zA-Z0-9]|-[a-zA-Z0-9]){2,23}$", name)) && length(name) <= 24])
    error_message = "A vault's name is 3 to 24 letters, digits and single hyphens, and begins with a letter."
  }
}

variable "oidc_issuer_url" {
  description = "The issuer of the AKS cluster's service account tokens."
  type        = string
  nullable    = false

  validation {
    condition     = startswith(var.oidc_issuer_url, "https://")
    error_message = "The issuer is an address that begins with https://."
  }
}

variable "kubernetes" {
  description = "The namespace and the service account that the service runs under."
  type = object({
    namespace       = string
    service_account = string
  })
  default = {
    namespace       = "token-vault"
    service_account = "token-vault"
  }
  nullable = false

  validation {
    condition     = alltrue([for name in [var.kubernetes.namespace, var.kubernetes.service_account] : can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", name))])
    error_message = "Name one namespace and one service account; a pattern is not accepted."
  }
}

variable "private_endpoint" {
  description = "The subnet from which the vaults are reached, and the private DNS zones (`privatelink.vaultcore.azure.net`) that their names are entered in. Left out, somebody else makes the endpoints: nothing reaches the vaults without."
  type = object({
    subnet_id            = string
    private_dns_zone_ids = list(string)
  })
  default = null
}

variable "token_readers" {
  description = "Who may read the token of one connection, by a name of your own: the environment, the connection id, and the object id of an identity. Key Vault cannot give the right to all tokens without the keyring."
  type = map(object({
    environment   = string
    connection_id = string
    principal_id  = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for reader in values(var.token_readers) : can(regex("^c[0-9a-z]{23}$", reader.connection_id))])
    error_message = "A connection id is c and 23 small letters or digits."
  }

  validation {
    condition     = alltrue([for reader in values(var.token_readers) : contains([for name, environment in var.environments : name if environment.storage == "secret"], reader.environment)])
    error_message = "The environment of a reader is one of this module, with storage \"secret\"."
  }
}

variable "purge" {
  description = "Whether the service may remove a deleted secret for good at once. The vaults are then made without purge protection."
  type        = bool
  default     = false
  nullable    = false
}

variable "soft_delete_retention_days" {
  description = "How many days a deleted secret, or a deleted vault, can be recovered. It cannot be changed later."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.soft_delete_retention_days >= 7 && var.soft_delete_retention_days <= 90 && floor(var.soft_delete_retention_days) == var.soft_delete_retention_days
    error_message = "soft_delete_retention_days is 7 to 90."
  }
}

variable "sku_name" {
  description = "The kind of vault: `standard` or `premium`."
  type        = string
  default     = "standard"
  nullable    = false

  validation {
    condition     = contains(["standard", "premium"], var.sku_name)
    error_message = "sku_name is \"standard\" or \"premium\"."
  }
}

variable "log_analytics_workspace_id" {
  description = "The workspace that gets the vaults' audit events: who read which secret. Left out, none does."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags for everything that is made here. The tag `environment` is added to what belongs to one."
  type        = map(string)
  default     = {}
  nullable    = false
}
