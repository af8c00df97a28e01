variable "region" {
  description = "The region of keys and secrets."
  type        = string
}

variable "cluster_name" {
  description = "The EKS cluster of production, with the Pod Identity agent."
  type        = string
}

variable "development_profile" {
  description = "The profile in the shared configuration files that leads to the account for development."
  type        = string
}

variable "development_oidc_provider_arn" {
  description = "The ARN of the OIDC provider of the cluster for development, in that account."
  type        = string
}
