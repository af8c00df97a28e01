output "helm_values" {
  description = "Values for the Helm chart, as YAML: the backends, one with a vault and an identity of its own for each environment, the environments and the service account. Pass several of these files when a deployment has several modules."
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
          for name in local.scopes : name => {
            type     = "azure"
            vaultUrl = trimsuffix(azurerm_key_vault.secrets[name].vault_uri, "/")
            tenantId = data.azurerm_client_config.current.tenant_id
            clientId = azurerm_user_assigned_identity.service[name].client_id
            purge    = var.purge
          }
        }
      },
      var.system ? { system = { backend = "system" } } : {},
    )
  })
}

output "vault_uris" {
  description = "The addresses of the vaults, by environment and `system`."
  value       = { for name, vault in azurerm_key_vault.secrets : name => vault.vault_uri }
}

output "vault_ids" {
  description = "The resource ids of the vaults, by environment and `system`."
  value       = { for name, vault in azurerm_key_vault.secrets : name => vault.id }
}

output "identity_client_ids" {
  description = "The client ids of the identities that the service uses, by environment and `system`."
  value       = { for name, identity in azurerm_user_assigned_identity.service : name => identity.client_id }
}

output "identity_principal_ids" {
  description = "The object ids of these identities, by environment and `system`."
  value       = { for name, identity in azurerm_user_assigned_identity.service : name => identity.principal_id }
}
