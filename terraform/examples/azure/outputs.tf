output "helm_values" {
  description = "Values for the Helm chart, as YAML."
  value       = module.token_vault.helm_values
}

output "vault_uris" {
  description = "The addresses of the vaults, by environment and `system`."
  value       = module.token_vault.vault_uris
}
