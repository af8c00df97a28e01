output "helm_values" {
  description = "Values for the Helm chart, as YAML: the backends, one with a key of its own for each environment, the environments, and the service account. Pass several of these files when a deployment has several modules."
  value = yamlencode(merge(
    var.identity.mode == "irsa" ? { identity = { aws = { roleArn = aws_iam_role.service.arn } } } : {},
    {
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
            for name in keys(local.scopes) : name => {
              type               = "aws"
              region             = data.aws_region.current.region
              kmsKeyId           = aws_kms_key.secrets[name].arn
              recoveryWindowDays = var.recovery_window_days
            }
          }
        },
        var.system ? { system = { backend = "system" } } : {},
      )
    },
  ))
}

output "role_arn" {
  description = "The ARN of the role that the service runs as."
  value       = aws_iam_role.service.arn
}

output "key_arns" {
  description = "The ARNs of the keys that secrets are encrypted under, by environment and `system`."
  value       = { for name, key in aws_kms_key.secrets : name => key.arn }
}

output "policy_arns" {
  description = "The ARNs of the service's policies, by environment and `system`."
  value       = { for name, policy in aws_iam_policy.service : name => policy.arn }
}

output "consumer_policy_arns" {
  description = "The ARNs of the policies for those who read tokens, by environment. Nothing is attached to them here."
  value       = { for name, policy in aws_iam_policy.consumer : name => policy.arn }
}
