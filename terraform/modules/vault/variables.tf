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

variable "url" {
  description = "The address of the server as the service reaches it."
  type        = string
  nullable    = false

  validation {
    condition     = startswith(var.url, "https://")
    error_message = "The service talks to a server behind https:// only."
  }
}

variable "namespace" {
  description = "The namespace of the server that everything is made in; left out, that of the provider."
  type        = string
  default     = null
}

variable "mount" {
  description = "The path of the KV engine of version 2."
  type        = string
  default     = "secret"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$", var.mount))
    error_message = "A mount is a path of letters, digits, _ and -, without a slash at either end."
  }
}

variable "create_mount" {
  description = "Whether the KV engine is made here. If not, it must exist; ask for check-and-set on it (`cas_required`)."
  type        = bool
  default     = true
  nullable    = false
}

variable "max_versions" {
  description = "How many versions of a secret the engine keeps. Whoever may read a secret may read the versions before it too: tokens that are retiring, and keys that were retired."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.max_versions >= 1 && floor(var.max_versions) == var.max_versions
    error_message = "max_versions is a whole number, 1 at least."
  }
}

variable "name_prefix" {
  description = "What the names of policies and roles begin with; one for each deployment on the server."
  type        = string
  default     = "token-vault"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,39}$", var.name_prefix))
    error_message = "The prefix is a small letter and up to 39 small letters, digits or hyphens."
  }
}

variable "auth" {
  description = "How the service logs in: `kubernetes`, `jwt` or `approle`; where that method is mounted, which must be there already (left out, under its own name); from where log-ins are accepted (left out, from anywhere); and how long an AppRole secret id is good, in seconds."
  type = object({
    method        = string
    mount         = optional(string)
    bound_cidrs   = optional(list(string), [])
    secret_id_ttl = optional(number, 2592000)
  })
  default  = { method = "kubernetes" }
  nullable = false

  validation {
    condition     = contains(["kubernetes", "jwt", "approle"], var.auth.method)
    error_message = "The method is \"kubernetes\", \"jwt\" or \"approle\"."
  }

  validation {
    condition     = alltrue([for range in var.auth.bound_cidrs : can(cidrhost(range, 0))])
    error_message = "bound_cidrs are ranges such as 10.0.0.0/16."
  }

  validation {
    condition     = var.auth.secret_id_ttl > 0
    error_message = "A secret id must end: secret_id_ttl is more than 0."
  }
}

variable "ca_config_map" {
  description = "A ConfigMap in the service's namespace with the authority of the server's certificate, in PEM under `ca.crt`; left out, those of the JVM."
  type        = string
  default     = null
}

variable "token_ttl" {
  description = "How long the server's own token for the service is good, in seconds; the service logs in again before its end."
  type        = number
  default     = 1200
  nullable    = false

  validation {
    condition     = var.token_ttl >= 60 && var.token_ttl <= 86400
    error_message = "token_ttl is 60 to 86400 seconds."
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
