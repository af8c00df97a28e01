locals {
  # How the service logs in for each environment and for system, as the Helm chart has it. With "approle" the secret ids
  # are in Secrets of these names.
  logins = {
    for name, role in local.names : name => merge(
      {
        method = var.auth.method
        mount  = local.auth_mount
      },
      var.auth.method == "approle" ? {
        roleId         = vault_approle_auth_backend_role.service[name].role_id
        existingSecret = role
        } : {
        role     = role
        audience = role
      },
    )
  }
}
