output "helm_values" {
  description = "Values for the Helm chart, as YAML: the backends, one with an identity of its own for each environment, and the environments. Pass several of these files when a deployment has several modules."
  value = yamlencode({
    serviceAccount = { name = var.kubernetes.service_account }
    config = merge(
      {
        environments = {
          for name, environment in var.environments : name => {
            mark    = environment.mark
            backend = name
            storage = environment.storage
          }
        }
        backends = {
          for name in keys(local.scopes) : name => merge(
            {
              type  = "vault"
              url   = var.url
              mount = var.mount
              auth  = local.logins[name]
            },
            var.namespace == null ? {} : { namespace = var.namespace },
            var.ca_config_map == null ? {} : { tls = { configMap = var.ca_config_map } },
          )
        }
      },
      var.system ? { system = { backend = "system" } } : {},
    )
  })
}

output "policies" {
  description = "The names of the service's policies, by environment and `system`."
  value       = { for name, policy in vault_policy.service : name => policy.name }
}

output "consumer_policies" {
  description = "The names of the policies for those who read tokens, by environment. Nothing is bound to them here."
  value       = { for name, policy in vault_policy.consumer : name => policy.name }
}

output "roles" {
  description = "The names of the roles that the service logs in to, by environment and `system`; all in the method `auth`."
  value       = local.names
}

output "mount" {
  description = "The path of the KV engine."
  value       = var.create_mount ? vault_mount.secrets[0].path : var.mount
}
