locals {
  # The settings of each log-in, as the service has them.
  logins = {
    for name in keys(local.scopes) : name => merge(
      {
        method = var.auth.method
        mount  = local.auth_mount
      },
      var.auth.method == "approle" ? {
        roleId       = vault_approle_auth_backend_role.service[name].role_id
        secretIdFile = replace(var.secret_id_file, "<name>", name)
        } : {
        role = "${var.name_prefix}-${name}"
      },
      var.auth.method == "approle" || var.auth.jwt_file == null ? {} : { jwtFile = var.auth.jwt_file },
    )
  }
}
