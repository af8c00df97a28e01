output "production_helm_values" {
  description = "Values for the Helm chart, as YAML: pass both files."
  value       = module.production.helm_values
}

output "sandbox_helm_values" {
  description = "Values for the Helm chart, as YAML: pass both files."
  value       = module.sandbox.helm_values
}
