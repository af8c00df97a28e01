{{- define "token-vault.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "token-vault.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains (include "token-vault.name" .) .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "token-vault.name" .) | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What never changes in the life of a release: a Deployment refuses another selector. */}}
{{- define "token-vault.selectorLabels" -}}
app.kubernetes.io/name: {{ include "token-vault.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: service
{{- end -}}

{{/* Labels of an object: (list context component); with more of them, (list context component more). Ours win. */}}
{{- define "token-vault.labels" -}}
{{- $context := index . 0 -}}
{{- $labels := dict
  "app.kubernetes.io/name" (include "token-vault.name" $context)
  "app.kubernetes.io/instance" $context.Release.Name
  "app.kubernetes.io/component" (index . 1)
  "app.kubernetes.io/version" $context.Chart.AppVersion
  "app.kubernetes.io/managed-by" $context.Release.Service
  "helm.sh/chart" (printf "%s-%s" $context.Chart.Name $context.Chart.Version | replace "+" "_")
-}}
{{- if gt (len .) 2 }}{{ $labels = merge $labels (index . 2) }}{{ end -}}
{{- toYaml (merge $labels $context.Values.commonLabels) -}}
{{- end -}}

{{- define "token-vault.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "token-vault.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{- define "token-vault.image" -}}
{{- $name := .Values.image.repository -}}
{{- with .Values.image.registry }}{{ $name = printf "%s/%s" . $name }}{{ end -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" $name .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" $name (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{/* Whether an object of a kind that the cluster may not know is rendered: (list context apiVersion kind mode). Empty for no. */}}
{{- define "token-vault.rendered" -}}
{{- $known := (index . 0).Capabilities.APIVersions.Has (printf "%s/%s" (index . 1) (index . 2)) -}}
{{- $mode := index . 3 -}}
{{- if and (not $known) (eq $mode "failIfMissing") -}}
{{- fail (printf "this cluster has no kind %s of %s: install it, switch it off, or set its renderMode to skipIfMissing" (index . 2) (index . 1)) -}}
{{- end -}}
{{- if or $known (eq $mode "alwaysRender") }}yes{{ end -}}
{{- end -}}

{{/* The number of replicas that are there at least. */}}
{{- define "token-vault.replicas" -}}
{{- if .Values.autoscaling.enabled }}{{ .Values.autoscaling.minReplicas }}{{ else }}{{ .Values.replicaCount }}{{ end -}}
{{- end -}}
