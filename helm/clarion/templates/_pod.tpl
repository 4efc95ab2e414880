{{/* What a container of Clarion's image needs to find its configuration. */}}
{{- define "clarion.env" -}}
- name: CLARION_CONFIG
  value: /etc/clarion/clarion.json
- name: CLARION_APPS_FILE
  value: /etc/clarion/secret/apps.json
{{- if include "clarion.redisSecretName" . }}
- name: CLARION_REDIS_PASSWORD_FILE
  value: /etc/clarion/secret/redis-password
{{- end }}
{{- with .Values.app.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "clarion.volumeMounts" -}}
- name: config
  mountPath: /etc/clarion/clarion.json
  subPath: clarion.json
  readOnly: true
- name: secret
  mountPath: /etc/clarion/secret
  readOnly: true
{{- end }}

{{- define "clarion.volumes" -}}
- name: config
  configMap:
    name: {{ include "clarion.fullname" . }}
- name: secret
  projected:
    defaultMode: 0440
    sources:
      - secret:
          name: {{ default (include "clarion.fullname" .) .Values.existingSecret }}
          items:
            - key: {{ if .Values.existingSecret }}{{ .Values.existingSecretAppsKey }}{{ else }}apps.json{{ end }}
              path: apps.json
      {{- with include "clarion.redisSecretName" . }}
      - secret:
          name: {{ . }}
          items:
            - key: {{ include "clarion.redisSecretKey" $ }}
              path: redis-password
      {{- end }}
{{- end }}
