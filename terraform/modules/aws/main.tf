data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  # What has names, a key and a policy of its own, and the file with its policy.
  scopes = merge(
    { for name in keys(var.environments) : name => "environment.json.tftpl" },
    var.system ? { system = "system.json.tftpl" } : {},
  )

  # In storage "sealed" there is no token that a consumer could read.
  consumed = toset([for name, environment in var.environments : name if environment.storage == "secret"])

  # The ARNs of all secrets that belong to Token Vault begin with this.
  secrets = "arn:${data.aws_partition.current.partition}:secretsmanager:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:secret:token-vault"

  via_service = "secretsmanager.${data.aws_region.current.region}.amazonaws.com"
}

resource "aws_kms_key" "secrets" {
  for_each = local.scopes

  description             = "Secrets of Token Vault, ${each.key}"
  enable_key_rotation     = true
  deletion_window_in_days = var.key_deletion_window_days
  policy = templatefile("${path.module}/policies/key.json.tftpl", {
    account     = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
    secrets     = "${local.secrets}/${each.key}/*"
    via_service = local.via_service
  })
  tags = merge(var.tags, { environment = each.key })
}

resource "aws_kms_alias" "secrets" {
  for_each = local.scopes

  name          = "alias/${var.name_prefix}-${each.key}"
  target_key_id = aws_kms_key.secrets[each.key].key_id
}

resource "aws_iam_policy" "service" {
  for_each = local.scopes

  name        = "${var.name_prefix}-${each.key}"
  description = "What Token Vault needs for ${each.key}"
  policy = templatefile("${path.module}/policies/${each.value}", {
    environment = each.key
    secrets     = "${local.secrets}/${each.key}"
    key         = aws_kms_key.secrets[each.key].arn
    via_service = local.via_service
  })
  tags = merge(var.tags, { environment = each.key })
}

resource "aws_iam_policy" "consumer" {
  for_each = local.consumed

  name        = "${var.name_prefix}-${each.key}-consumer"
  description = "Reads the tokens of ${each.key}, and not its keyring"
  policy = templatefile("${path.module}/policies/consumer.json.tftpl", {
    environment = each.key
    secrets     = "${local.secrets}/${each.key}"
    key         = aws_kms_key.secrets[each.key].arn
    via_service = local.via_service
  })
  tags = merge(var.tags, { environment = each.key })
}

# Holds whatever else somebody attaches to the role one day: an explicit "Deny" cannot be overruled.
resource "aws_iam_policy" "guard" {
  name        = "${var.name_prefix}-guard"
  description = "Nothing outside the environments of this deployment, and nothing in the clear"
  policy = templatefile("${path.module}/policies/guard.json.tftpl", {
    secrets = [for name in keys(local.scopes) : "${local.secrets}/${name}/*"]
    keys    = [for name in keys(local.scopes) : aws_kms_key.secrets[name].arn]
  })
  tags = var.tags
}

resource "aws_iam_role" "service" {
  name                 = var.name_prefix
  description          = "Token Vault in ${join(", ", keys(local.scopes))}"
  assume_role_policy   = local.trust[var.identity.mode]
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags
}

resource "aws_iam_role_policy_attachment" "service" {
  for_each = local.scopes

  role       = aws_iam_role.service.name
  policy_arn = aws_iam_policy.service[each.key].arn
}

resource "aws_iam_role_policy_attachment" "guard" {
  role       = aws_iam_role.service.name
  policy_arn = aws_iam_policy.guard.arn
}

resource "aws_eks_pod_identity_association" "service" {
  count = var.identity.mode == "pod_identity" ? 1 : 0

  cluster_name    = var.identity.cluster_name
  namespace       = var.kubernetes.namespace
  service_account = var.kubernetes.service_account
  role_arn        = aws_iam_role.service.arn
  tags            = var.tags
}
