locals {
  # What has a path, a policy and an identity of its own, and the file with its policy.
  scopes = merge(
    { for name in keys(var.environments) : name => "environment.hcl.tftpl" },
    var.system ? { system = "system.hcl.tftpl" } : {},
  )

  # In storage "sealed" there is no token that a consumer could read.
  consumed = toset([for name, environment in var.environments : name if environment.storage == "secret"])

  # Names a policy, the role that has it, and the audience of the identity that logs in to that role: what a pod holds for
  # one environment is good for no other.
  names = { for name in keys(local.scopes) : name => "${var.name_prefix}-${name}" }

  auth_mount = coalesce(var.auth.mount, var.auth.method)
}

resource "vault_mount" "secrets" {
  count = var.create_mount ? 1 : 0

  namespace   = var.namespace
  path        = var.mount
  type        = "kv"
  description = "Tokens and keyrings of Token Vault"
  options     = { version = "2" }
}

resource "vault_kv_secret_backend_v2" "secrets" {
  count = var.create_mount ? 1 : 0

  namespace    = var.namespace
  mount        = vault_mount.secrets[0].path
  cas_required = true
  max_versions = var.max_versions
}

resource "vault_policy" "service" {
  for_each = local.scopes

  namespace = var.namespace
  name      = local.names[each.key]
  policy    = templatefile("${path.module}/policies/${each.value}", { mount = var.mount, environment = each.key })
}

resource "vault_policy" "consumer" {
  for_each = local.consumed

  namespace = var.namespace
  name      = "${local.names[each.key]}-consumer"
  policy    = templatefile("${path.module}/policies/consumer.hcl.tftpl", { mount = var.mount, environment = each.key })
}

resource "vault_kubernetes_auth_backend_role" "service" {
  for_each = var.auth.method == "kubernetes" ? local.scopes : {}

  namespace                        = var.namespace
  backend                          = local.auth_mount
  role_name                        = local.names[each.key]
  bound_service_account_names      = [var.kubernetes.service_account]
  bound_service_account_namespaces = [var.kubernetes.namespace]
  audience                         = local.names[each.key]
  alias_name_source                = "serviceaccount_uid"
  token_policies                   = [vault_policy.service[each.key].name]
  token_no_default_policy          = true
  token_ttl                        = var.token_ttl
  token_max_ttl                    = var.token_ttl
  token_bound_cidrs                = var.auth.bound_cidrs
}

resource "vault_jwt_auth_backend_role" "service" {
  for_each = var.auth.method == "jwt" ? local.scopes : {}

  namespace               = var.namespace
  backend                 = local.auth_mount
  role_name               = local.names[each.key]
  role_type               = "jwt"
  user_claim              = "sub"
  bound_audiences         = [local.names[each.key]]
  bound_subject           = "system:serviceaccount:${var.kubernetes.namespace}:${var.kubernetes.service_account}"
  token_policies          = [vault_policy.service[each.key].name]
  token_no_default_policy = true
  token_ttl               = var.token_ttl
  token_max_ttl           = var.token_ttl
  token_bound_cidrs       = var.auth.bound_cidrs
}

# Without a secret id: it would stand in the state. Whoever deploys the service writes one for each role.
resource "vault_approle_auth_backend_role" "service" {
  for_each = var.auth.method == "approle" ? local.scopes : {}

  namespace               = var.namespace
  backend                 = local.auth_mount
  role_name               = local.names[each.key]
  bind_secret_id          = true
  secret_id_ttl           = var.auth.secret_id_ttl
  secret_id_bound_cidrs   = var.auth.bound_cidrs
  token_policies          = [vault_policy.service[each.key].name]
  token_no_default_policy = true
  token_ttl               = var.token_ttl
  token_max_ttl           = var.token_ttl
  token_bound_cidrs       = var.auth.bound_cidrs
}
