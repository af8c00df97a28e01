output "helm_values" {
  description = "Values for the Helm chart, as YAML."
  value       = module.token_vault.helm_values
}

output "consumer_policies" {
  description = "The policies to bind to those who read tokens, by environment."
  value       = module.token_vault.consumer_policies
}
