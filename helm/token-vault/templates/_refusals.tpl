{{/*
What values.schema.json cannot say: how values depend on each other. Each refusal names the value.
*/}}
{{- define "token-vault.refusals" -}}
{{- $backends := .Values.config.backends -}}
{{- $marks := dict -}}
{{- range $name, $environment := .Values.config.environments -}}
{{- $at := printf "config.environments.%s" $name -}}
{{- $backend := $environment.backend | default "main" -}}
{{- if not (hasKey $backends $backend) -}}
{{- fail (printf "%s.backend: there is no config.backends.%s" $at $backend) -}}
{{- end -}}
{{- if hasKey $marks $environment.mark -}}
{{- fail (printf "%s.mark: %s is the mark of %s too" $at $environment.mark (get $marks $environment.mark)) -}}
{{- end -}}
{{- $_ := set $marks $environment.mark $name -}}
{{- if and (eq ($environment.storage | default "secret") "sealed") ($environment.rotation | default dict).period -}}
{{- fail (printf "%s.rotation.period: a scheduled rotation needs storage secret" $at) -}}
{{- end -}}
{{- end -}}
{{- if not (hasKey $backends .Values.config.system.backend) -}}
{{- fail (printf "config.system.backend: there is no config.backends.%s" .Values.config.system.backend) -}}
{{- end -}}
{{- range $name, $backend := $backends -}}
{{- if and $backend.forceDelete $backend.recoveryWindowDays -}}
{{- fail (printf "config.backends.%s.forceDelete: not together with recoveryWindowDays" $name) -}}
{{- end -}}
{{- $auth := $backend.auth | default dict -}}
{{- $file := printf "/etc/token-vault/secret-ids/%s" $name -}}
{{- if and $auth.secretIdFile $auth.existingSecret (ne ($auth.secretIdFile | toString) $file) -}}
{{- fail (printf "config.backends.%s.auth.secretIdFile: existingSecret is mounted at %s" $name $file) -}}
{{- end -}}
{{- end -}}
{{- range $key, $_ := .Values.config.extra -}}
{{- if regexMatch "(?i)(password|secret|credential|token$|\\.key$|-key$)" $key -}}
{{- fail (printf "config.extra.%s: a secret does not belong into values; use extraEnv with valueFrom" $key) -}}
{{- end -}}
{{- if regexMatch "^(%|token-vault\\.(unsafe|environments|backends|bootstrap|system|authz|trusted-proxies)|quarkus\\.(profile|config|flyway|shutdown\\.timeout|datasource\\.jdbc\\.url|http\\.(host|port|auth)|management\\.)|smallrye\\.config)" $key -}}
{{- fail (printf "config.extra.%s: this is decided by another value, or not to be changed" $key) -}}
{{- end -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- if regexMatch "(?i)token.vault|^(QUARKUS_(PROFILE|CONFIG|HTTP_(HOST|PORT|AUTH)|MANAGEMENT|FLYWAY|DATASOURCE)|SMALLRYE_CONFIG|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|_JAVA_OPTIONS)" .name -}}
{{- fail (printf "extraEnv %s: this is decided by another value, or not to be changed" .name) -}}
{{- end -}}
{{- if and (hasKey . "value") (regexMatch "(PASSWORD|SECRET|TOKEN|CREDENTIAL|KEY)" .name) -}}
{{- fail (printf "extraEnv %s: a secret does not belong into values; use valueFrom" .name) -}}
{{- end -}}
{{- end -}}
{{- range .Values.extraObjects -}}
{{- $object := . -}}
{{- if kindIs "string" . }}{{ $object = tpl . $ | fromYaml }}{{ end -}}
{{- if and (eq ($object.kind | toString) "Secret") (or $object.data $object.stringData) -}}
{{- fail "extraObjects: a Secret with values does not belong here" -}}
{{- end -}}
{{- end -}}
{{- with .Values.shutdown -}}
{{- if lt (int .gracePeriodSeconds) (add (int .preStopSeconds) (int .timeoutSeconds) 10) -}}
{{- fail "shutdown.gracePeriodSeconds: less than preStopSeconds, timeoutSeconds and 10 s for the lease" -}}
{{- end -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (lt (int .Values.autoscaling.maxReplicas) (int .Values.autoscaling.minReplicas)) -}}
{{- fail "autoscaling.maxReplicas: less than minReplicas" -}}
{{- end -}}
{{- if and (not (int .Values.rollout.maxSurge)) (not (int .Values.rollout.maxUnavailable)) -}}
{{- fail "rollout.maxSurge: with 0 for this and for maxUnavailable no rollout goes on" -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.tls) (not .Values.ingress.tlsEndsElsewhere) -}}
{{- fail "ingress.tls: tokens must not travel in the clear; name a certificate, or set tlsEndsElsewhere" -}}
{{- end -}}
{{- if and .Values.tests.environment (not (hasKey .Values.config.environments .Values.tests.environment)) -}}
{{- fail (printf "tests.environment: there is no config.environments.%s" .Values.tests.environment) -}}
{{- end -}}
{{- end -}}
