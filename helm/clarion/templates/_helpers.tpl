{{- define "clarion.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "clarion.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 55 | trimSuffix "-" }}
{{- else if contains (include "clarion.name" .) .Release.Name }}
{{- .Release.Name | trunc 55 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "clarion.name" .) | trunc 55 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "clarion.selectorLabels" -}}
app.kubernetes.io/name: {{ include "clarion.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: server
{{- end }}

{{- define "clarion.labels" -}}
{{ include "clarion.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "clarion.redisSelectorLabels" -}}
app.kubernetes.io/name: {{ include "clarion.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: redis
{{- end }}

{{- define "clarion.redisName" -}}
{{ include "clarion.fullname" . }}-redis
{{- end }}

{{- define "clarion.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "clarion.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "clarion.image" -}}
{{ .Values.app.image.repository }}:{{ default .Chart.AppVersion .Values.app.image.tag }}
{{- end }}

{{/* Whether the pods meet in a Redis. */}}
{{- define "clarion.hasRedis" -}}
{{- if or .Values.redis.url .Values.redis.sentinel .Values.redis.cluster .Values.redis.bundled.enabled }}true{{ end }}
{{- end }}

{{/* Clarion's configuration file. Whole numbers that went through YAML are floats in templates: toJson writes them as whole numbers again. */}}
{{- define "clarion.config" -}}
{{- $redis := dict "keyPrefix" .Values.redis.keyPrefix }}
{{- if .Values.redis.bundled.enabled }}
{{- $_ := set $redis "url" (printf "redis://%s:6379" (include "clarion.redisName" .)) }}
{{- else if .Values.redis.url }}
{{- $_ := set $redis "url" .Values.redis.url }}
{{- else if .Values.redis.sentinel }}
{{- $_ := set $redis "sentinel" .Values.redis.sentinel }}
{{- else if .Values.redis.cluster }}
{{- $_ := set $redis "cluster" .Values.redis.cluster }}
{{- end }}
{{- with .Values.redis.username }}
{{- $_ := set $redis "username" . }}
{{- end }}
{{- with .Values.redis.tls }}
{{- $_ := set $redis "tls" . }}
{{- end }}
{{- $config := deepCopy .Values.config }}
{{- if include "clarion.hasRedis" . }}
{{- $_ := set $config "redis" $redis }}
{{- end }}
{{- toPrettyJson $config }}
{{- end }}

{{/* The Secret and the key that hold the password of Redis; empty without one. */}}
{{- define "clarion.redisSecretName" -}}
{{- if .Values.redis.existingSecret }}{{ .Values.redis.existingSecret }}
{{- else if .Values.redis.password }}{{ include "clarion.fullname" . }}
{{- end }}
{{- end }}

{{- define "clarion.redisSecretKey" -}}
{{- if .Values.redis.existingSecret }}{{ .Values.redis.existingSecretPasswordKey }}{{ else }}redis-password{{ end }}
{{- end }}

{{- define "clarion.drainSeconds" -}}
{{- dig "drain" "windowSeconds" 10 .Values.config | ceil | int64 }}
{{- end }}

{{/* How long a pod may take to end. */}}
{{- define "clarion.graceSeconds" -}}
{{- $drain := include "clarion.drainSeconds" . | int64 }}
{{- $least := add .Values.preStopSeconds $drain 15 }}
{{- if kindIs "invalid" .Values.terminationGracePeriodSeconds }}
{{- add $least $drain }}
{{- else if lt (int64 .Values.terminationGracePeriodSeconds) $least }}
{{- fail (printf "terminationGracePeriodSeconds is %d, but must be at least preStopSeconds + config.drain.windowSeconds + 15 = %d: clients would be cut off" (int64 .Values.terminationGracePeriodSeconds) $least) }}
{{- else }}
{{- .Values.terminationGracePeriodSeconds | int64 }}
{{- end }}
{{- end }}

{{/* Mistakes that the schema cannot see. */}}
{{- define "clarion.check" -}}
{{- if and (not .Values.apps) (not .Values.existingSecret) }}
{{- fail "set apps, or existingSecret with the key apps.json: without any app there is nothing to serve" }}
{{- end }}
{{- if and .Values.apps .Values.existingSecret }}
{{- fail "set only one of apps and existingSecret" }}
{{- end }}
{{- if hasKey .Values.config "apps" }}
{{- fail "config.apps would lie open in a ConfigMap: use apps, or existingSecret" }}
{{- end }}
{{- if hasKey .Values.config "redis" }}
{{- fail "use redis instead of config.redis" }}
{{- end }}
{{- if and .Values.autoscaling.enabled .Values.keda.enabled }}
{{- fail "enable only one of autoscaling and keda: both would set the number of pods" }}
{{- end }}
{{- $mayBeSeveral := or .Values.autoscaling.enabled .Values.keda.enabled (gt (int .Values.replicaCount) 1) }}
{{- if and $mayBeSeveral (not (include "clarion.hasRedis" .)) }}
{{- fail "more than one pod needs Redis, or each would be a server of its own: set redis.url, redis.sentinel, redis.cluster or redis.bundled.enabled" }}
{{- end }}
{{- $places := 0 }}
{{- range list .Values.redis.url .Values.redis.sentinel .Values.redis.cluster .Values.redis.bundled.enabled }}
{{- if . }}{{ $places = add1 $places }}{{ end }}
{{- end }}
{{- if gt $places 1 }}
{{- fail "set only one of redis.url, redis.sentinel, redis.cluster and redis.bundled.enabled" }}
{{- end }}
{{- if and .Values.redis.bundled.enabled (not (include "clarion.redisSecretName" .)) }}
{{- fail "redis.bundled needs redis.password or redis.existingSecret" }}
{{- end }}
{{- if and .Values.redis.bundled.enabled .Values.redis.username }}
{{- fail "redis.bundled has no other user than the default one: leave redis.username empty" }}
{{- end }}
{{- if gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas) }}
{{- fail "autoscaling.minReplicas is larger than autoscaling.maxReplicas" }}
{{- end }}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}
{{- fail "httpRoute needs parentRefs: the gateway that it belongs to" }}
{{- end }}
{{- if and .Values.keda.enabled (not .Values.keda.triggers) }}
{{- fail "keda needs triggers" }}
{{- end }}
{{- end }}
