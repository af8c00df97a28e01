locals {
  oidc_provider_arn = coalesce(var.identity.oidc_provider_arn, "none")

  # Who may become the role.
  trust = {
    pod_identity = templatefile("${path.module}/policies/trust-pod-identity.json.tftpl", {
      cluster         = "arn:${data.aws_partition.current.partition}:eks:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:cluster/${coalesce(var.identity.cluster_name, "none")}"
      namespace       = var.kubernetes.namespace
      service_account = var.kubernetes.service_account
    })
    irsa = templatefile("${path.module}/policies/trust-irsa.json.tftpl", {
      provider_arn = local.oidc_provider_arn
      issuer       = replace(local.oidc_provider_arn, "/^.*oidc-provider\\//", "")
      subject      = "system:serviceaccount:${var.kubernetes.namespace}:${var.kubernetes.service_account}"
    })
  }
}
