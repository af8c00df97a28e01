output "production_helm_values" {
  description = "Values for the Helm release of production, as YAML."
  value       = module.production.helm_values
}

output "development_helm_values" {
  description = "Values for the Helm release of sandbox and development, as YAML."
  value       = module.development.helm_values
}

output "consumer_policy_arns" {
  description = "The policies to attach to those who read tokens, by environment."
  value       = merge(module.production.consumer_policy_arns, module.development.consumer_policy_arns)
}
