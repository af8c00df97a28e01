{{/* The security context of a pod: (list context). OpenShift gives ids of its own. */}}
{{- define "token-vault.podSecurityContext" -}}
{{- $own := .Values.podSecurityContext -}}
{{- $openshift := or (eq .Values.openshift "always") (and (eq .Values.openshift "auto") (.Capabilities.APIVersions.Has "security.openshift.io/v1")) -}}
{{- if $openshift }}{{ $own = omit $own "runAsUser" "runAsGroup" "fsGroup" }}{{ end -}}
{{- toYaml (merge (dict "runAsNonRoot" true "seccompProfile" (dict "type" "RuntimeDefault")) $own) -}}
{{- end -}}

{{- define "token-vault.securityContext" -}}
allowPrivilegeEscalation: false
capabilities:
  drop: [ALL]
privileged: false
readOnlyRootFilesystem: true
{{- end -}}

{{/* What is the same in every pod of the chart, beside its containers. */}}
{{- define "token-vault.podBasics" -}}
securityContext:
  {{- include "token-vault.podSecurityContext" . | nindent 2 }}
{{- if not (kindIs "invalid" .Values.hostUsers) }}
hostUsers: {{ .Values.hostUsers }}
{{- end }}
# A Service called token-vault would set TOKEN_VAULT_PORT and the like, which are names of settings.
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.runtimeClassName }}
runtimeClassName: {{ . }}
{{- end }}
{{- end -}}

{{/* User name and password of the database from a Secret: (list secret usernameKey passwordKey). */}}
{{- define "token-vault.databaseLogin" -}}
- name: QUARKUS_DATASOURCE_USERNAME
  valueFrom:
    secretKeyRef:
      name: {{ index . 0 }}
      key: {{ index . 1 }}
- name: QUARKUS_DATASOURCE_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ index . 0 }}
      key: {{ index . 2 }}
{{- end -}}

{{- define "token-vault.databaseAuthorityVolume" -}}
{{- if include "token-vault.databaseAuthority" . -}}
- name: database-authority
  {{- with .Values.database.ca }}
  {{- if .configMap }}
  configMap:
    name: {{ .configMap }}
  {{- else }}
  secret:
    secretName: {{ .existingSecret }}
  {{- end }}
    items:
      - key: {{ .key }}
        path: ca.pem
  {{- end }}
{{- end }}
{{- end -}}

{{/* The files of the backends, as sources of projected volumes; each under the name of its backend. */}}
{{- define "token-vault.projections" -}}
{{- $identities := list -}}
{{- $secretIds := list -}}
{{- $tokens := list -}}
{{- $clientSecrets := list -}}
{{- $authorities := list -}}
{{- range $name, $backend := .Values.config.backends -}}
{{- if eq $backend.type "vault" -}}
{{- $auth := $backend.auth -}}
{{- if and (has $auth.method (list "kubernetes" "jwt")) (not $auth.jwtFile) -}}
{{- $token := dict "audience" ($auth.audience | default "token-vault") "expirationSeconds" (int ($auth.expirationSeconds | default 3600)) "path" $name -}}
{{- $identities = append $identities (dict "serviceAccountToken" $token) -}}
{{- end -}}
{{- $file := dict "name" $auth.existingSecret "items" (list (dict "key" ($auth.key | default $auth.method) "path" $name)) -}}
{{- if and (eq $auth.method "approle") $auth.existingSecret -}}
{{- $secretIds = append $secretIds (dict "secret" (merge (dict "items" (list (dict "key" ($auth.key | default "secret-id") "path" $name))) $file)) -}}
{{- else if and (eq $auth.method "token") $auth.existingSecret -}}
{{- $tokens = append $tokens (dict "secret" $file) -}}
{{- end -}}
{{- with $backend.tls -}}
{{- $authority := dict "name" (.configMap | default .existingSecret) "items" (list (dict "key" (.key | default "ca.crt") "path" (printf "%s.pem" $name))) -}}
{{- $authorities = append $authorities (dict (ternary "configMap" "secret" (not (empty .configMap))) $authority) -}}
{{- end -}}
{{- else if and (eq $backend.type "azure") $backend.existingSecret -}}
{{- $clientSecrets = append $clientSecrets (dict "secret" (dict "name" $backend.existingSecret "items" (list (dict "key" ($backend.key | default "client-secret") "path" $name)))) -}}
{{- end -}}
{{- end -}}
{{- $bootstrap := list -}}
{{- with .Values.config.bootstrap -}}
{{- if .existingSecret -}}
{{- $bootstrap = list (dict "secret" (dict "name" .existingSecret "items" (list (dict "key" .key "path" "key")))) -}}
{{- end -}}
{{- end -}}
{{- dict "identities" $identities "secret-ids" $secretIds "backend-tokens" $tokens "client-secrets" $clientSecrets "authorities" $authorities "bootstrap" $bootstrap | toYaml -}}
{{- end -}}

{{/* Whether pods use the workload identity of Azure: some backend there has no client secret. */}}
{{- define "token-vault.azureWorkloadIdentity" -}}
{{- range .Values.config.backends -}}
{{- if and (eq .type "azure") (not .existingSecret) }}yes{{ end -}}
{{- end -}}
{{- end -}}

{{/* Whether pods get AWS credentials from the agent of EKS Pod Identity: some backend is there, and no role is annotated. */}}
{{- define "token-vault.awsPodIdentity" -}}
{{- if not (or .Values.identity.aws.roleArn (hasKey .Values.serviceAccount.annotations "eks.amazonaws.com/role-arn")) -}}
{{- range .Values.config.backends -}}
{{- if eq .type "aws" }}yes{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}
