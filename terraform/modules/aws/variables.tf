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
  description = "What the names of keys, policies and the role begin with; one for each deployment in the account."
  type        = string
  default     = "token-vault"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,39}$", var.name_prefix))
    error_message = "The prefix is a small letter and up to 39 small letters, digits or hyphens."
  }
}

variable "identity" {
  description = "How a pod becomes the role: EKS Pod Identity (`pod_identity`, with the name of the cluster) or IAM roles for service accounts (`irsa`, with the ARN of the cluster's OIDC provider)."
  type = object({
    mode              = string
    cluster_name      = optional(string)
    oidc_provider_arn = optional(string)
  })
  nullable = false

  validation {
    condition     = contains(["pod_identity", "irsa"], var.identity.mode)
    error_message = "The mode is \"pod_identity\" or \"irsa\"."
  }

  validation {
    condition     = var.identity.mode != "pod_identity" || var.identity.cluster_name != null
    error_message = "Mode \"pod_identity\" needs cluster_name."
  }

  validation {
    condition     = var.identity.mode != "irsa" || can(regex("^arn:[a-z-]+:iam::[0-9]{12}:oidc-provider/.+$", var.identity.oidc_provider_arn))
    error_message = "Mode \"irsa\" needs oidc_provider_arn, the ARN of an OIDC provider."
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

variable "recovery_window_days" {
  description = "How many days the secret of a disconnected connection can be restored."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.recovery_window_days >= 7 && var.recovery_window_days <= 30 && floor(var.recovery_window_days) == var.recovery_window_days
    error_message = "recovery_window_days is 7 to 30."
  }
}

variable "key_deletion_window_days" {
  description = "How many days a key that Terraform was told to destroy can be saved. With a key all of its secrets go."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.key_deletion_window_days >= 7 && var.key_deletion_window_days <= 30 && floor(var.key_deletion_window_days) == var.key_deletion_window_days
    error_message = "key_deletion_window_days is 7 to 30."
  }
}

variable "permissions_boundary" {
  description = "The ARN of a permissions boundary for the role, where the account asks for one."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags for everything that is made here. The tag `environment` is added to what belongs to one."
  type        = map(string)
  default     = {}
  nullable    = false
}
