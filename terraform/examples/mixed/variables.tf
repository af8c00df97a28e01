variable "region" {
  description = "The AWS region of keys and secrets."
  type        = string
}

variable "cluster_name" {
  description = "The EKS cluster that the service runs in, with the Pod Identity agent."
  type        = string
}

variable "vault_url" {
  description = "The address of the Vault server as the service reaches it."
  type        = string
}
