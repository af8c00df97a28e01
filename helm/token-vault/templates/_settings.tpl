{{/*
application.properties: the settings of the service, each under the name that docs/reference/configuration.md gives it.
*/}}
{{- define "token-vault.settings" -}}
{{- $files := "/etc/token-vault" -}}
{{- $lines := list -}}
{{- range $name, $environment := .Values.config.environments -}}
{{- $key := printf "token-vault.environments.%s" $name -}}
{{- $lines = append $lines (list (printf "%s.mark" $key) $environment.mark) -}}
{{- $lines = append $lines (list (printf "%s.backend" $key) ($environment.backend | default "main")) -}}
{{- $lines = append $lines (list (printf "%s.storage" $key) ($environment.storage | default "secret")) -}}
{{- $lines = append $lines (list (printf "%s.max-life" $key) $environment.maxLife) -}}
{{- $lines = append $lines (list (printf "%s.inactivity-limit" $key) $environment.inactivityLimit) -}}
{{- with $environment.rotation -}}
{{- $lines = append $lines (list (printf "%s.rotation.period" $key) .period) -}}
{{- $lines = append $lines (list (printf "%s.rotation.overlap" $key) .overlap) -}}
{{- end -}}
{{- end -}}
{{- $lines = append $lines (list "token-vault.system.backend" .Values.config.system.backend) -}}
{{- range $name, $backend := .Values.config.backends -}}
{{- $key := printf "token-vault.backends.%s" $name -}}
{{- $lines = append $lines (list (printf "%s.type" $key) $backend.type) -}}
{{- if eq $backend.type "vault" -}}
{{- $lines = append $lines (list (printf "%s.url" $key) $backend.url) -}}
{{- $lines = append $lines (list (printf "%s.namespace" $key) $backend.namespace) -}}
{{- $lines = append $lines (list (printf "%s.mount" $key) $backend.mount) -}}
{{- $lines = append $lines (list (printf "%s.auth.method" $key) $backend.auth.method) -}}
{{- $lines = append $lines (list (printf "%s.auth.mount" $key) $backend.auth.mount) -}}
{{- if eq $backend.auth.method "approle" -}}
{{- $lines = append $lines (list (printf "%s.auth.role-id" $key) $backend.auth.roleId) -}}
{{- $lines = append $lines (list (printf "%s.auth.secret-id-file" $key) ($backend.auth.secretIdFile | default (printf "%s/secret-ids/%s" $files $name))) -}}
{{- else if eq $backend.auth.method "token" -}}
{{- $lines = append $lines (list (printf "%s.auth.token-file" $key) ($backend.auth.tokenFile | default (printf "%s/backend-tokens/%s" $files $name))) -}}
{{- else -}}
{{- $lines = append $lines (list (printf "%s.auth.role" $key) $backend.auth.role) -}}
{{- $lines = append $lines (list (printf "%s.auth.jwt-file" $key) ($backend.auth.jwtFile | default (printf "%s/identities/%s" $files $name))) -}}
{{- end -}}
{{- if $backend.tls -}}
{{- $lines = append $lines (list (printf "%s.tls.ca-file" $key) (printf "%s/authorities/%s.pem" $files $name)) -}}
{{- end -}}
{{- else if eq $backend.type "aws" -}}
{{- $lines = append $lines (list (printf "%s.region" $key) $backend.region) -}}
{{- $lines = append $lines (list (printf "%s.endpoint" $key) $backend.endpoint) -}}
{{- $lines = append $lines (list (printf "%s.kms-key-id" $key) $backend.kmsKeyId) -}}
{{- $lines = append $lines (list (printf "%s.recovery-window-days" $key) $backend.recoveryWindowDays) -}}
{{- $lines = append $lines (list (printf "%s.force-delete" $key) $backend.forceDelete) -}}
{{- else -}}
{{- $lines = append $lines (list (printf "%s.vault-url" $key) $backend.vaultUrl) -}}
{{- $lines = append $lines (list (printf "%s.authority-host" $key) $backend.authorityHost) -}}
{{- $lines = append $lines (list (printf "%s.tenant-id" $key) $backend.tenantId) -}}
{{- $lines = append $lines (list (printf "%s.client-id" $key) $backend.clientId) -}}
{{- if $backend.existingSecret -}}
{{- $lines = append $lines (list (printf "%s.client-secret-file" $key) (printf "%s/client-secrets/%s" $files $name)) -}}
{{- end -}}
{{- $lines = append $lines (list (printf "%s.purge" $key) $backend.purge) -}}
{{- end -}}
{{- end -}}
{{- $lines = append $lines (list "token-vault.authz.allowed-sources" (join "," .Values.config.authz.allowedSources)) -}}
{{- $lines = append $lines (list "token-vault.trusted-proxies" (join "," .Values.config.trustedProxies)) -}}
{{- $lines = append $lines (list "token-vault.lease" .Values.config.lease) -}}
{{- $lines = append $lines (list "token-vault.public-url" .Values.config.publicUrl) -}}
{{- if .Values.config.bootstrap.existingSecret -}}
{{- $lines = append $lines (list "token-vault.bootstrap.key-file" (printf "%s/bootstrap/key" $files)) -}}
{{- end -}}
{{- $lines = append $lines (list "quarkus.datasource.jdbc.url" (include "token-vault.jdbcUrl" .)) -}}
{{- $lines = append $lines (list "quarkus.shutdown.timeout" (printf "%dS" (int .Values.shutdown.timeoutSeconds))) -}}
{{- if eq .Values.migration.mode "job" -}}
{{- $lines = append $lines (list "quarkus.flyway.migrate-at-start" "false") -}}
{{- $lines = append $lines (list "quarkus.flyway.validate-at-start" "true") -}}
{{- end -}}
{{- range $key, $value := .Values.config.extra -}}
{{- $lines = append $lines (list $key $value) -}}
{{- end -}}
{{- range $lines -}}
{{- include "token-vault.property" . -}}
{{- end -}}
{{- end -}}

{{/* One line of it; none for a value that is left out. A value cannot become another line, nor an expression. */}}
{{- define "token-vault.property" -}}
{{- $key := index . 0 -}}
{{- $value := index . 1 -}}
{{- if not (or (kindIs "invalid" $value) (and (kindIs "string" $value) (empty $value))) -}}
{{- if kindIs "float64" $value }}{{ $value = int64 $value }}{{ end -}}
{{- $text := toString $value -}}
{{- if or (contains "\n" $text) (contains "${" $text) -}}
{{- fail (printf "%s: a line break and ${ are not allowed in a value" $key) -}}
{{- end -}}
{{ $key }}={{ $text | replace "\\" "\\\\" }}
{{ end -}}
{{- end -}}

{{- define "token-vault.jdbcUrl" -}}
{{- $hosts := list -}}
{{- $port := int .Values.database.port -}}
{{- range splitList "," .Values.database.host -}}
{{- $hosts = append $hosts (printf "%s:%d" (trim .) $port) -}}
{{- end -}}
jdbc:postgresql://{{ join "," $hosts }}/{{ .Values.database.name }}?sslmode={{ .Values.database.sslMode }}
{{- if include "token-vault.databaseAuthority" . -}}
&sslrootcert=/etc/token-vault/database/ca.pem
{{- else -}}
&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory
{{- end -}}
{{- if gt (len $hosts) 1 }}&targetServerType=primary{{ end -}}
{{- end -}}

{{- define "token-vault.databaseAuthority" -}}
{{- if or .Values.database.ca.configMap .Values.database.ca.existingSecret }}yes{{ end -}}
{{- end -}}
