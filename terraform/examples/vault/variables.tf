variable "vault_url" {
  description = "The address of the server as the service reaches it."
  type        = string
}

variable "kubernetes_host" {
  description = "The address of the cluster's API as the server reaches it."
  type        = string
}

variable "kubernetes_ca_file" {
  description = "A PEM file with the authority of the cluster's API."
  type        = string
}
