{{/* What everything is called: the release, with the chart's name in it. */}}
{{- define "name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 45 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" (.Release.Name | trunc 26 | trimSuffix "-") .Chart.Name -}}
{{- end -}}
{{- end -}}

{{/* What selects the pods; of a release installed under the chart's own name, the same as the manifests have. */}}
{{- define "selector" -}}
app.kubernetes.io/name: {{ include "name" . }}
{{- end -}}

{{- define "labels" -}}
{{ include "selector" . }}
{{- end -}}

{{/* Cluster-wide objects of two releases of one name in two namespaces would be one. */}}
{{- define "clusterName" -}}
{{- if eq .Release.Namespace (include "name" .) -}}
{{- include "name" . -}}
{{- else -}}
{{- printf "%s-%s" (include "name" .) .Release.Namespace | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{- define "tlsSecret" -}}
{{- if eq .Values.certificates.mode "secret" -}}
{{- required "certificates.secretName: name the Secret that holds tls.crt and tls.key" .Values.certificates.secretName -}}
{{- else -}}
{{- printf "%s-tls" (include "name" .) -}}
{{- end -}}
{{- end -}}

{{- define "policyMap" -}}
{{- .Values.policy.configMap | default (printf "%s-policy" (include "name" .)) -}}
{{- end -}}

{{- define "subject" -}}
- kind: ServiceAccount
  name: {{ include "name" . }}
  namespace: {{ .Release.Namespace }}
{{- end -}}

{{/* What the webhooks have in common. */}}
{{- define "clientConfig" -}}
clientConfig:
  service:
    name: {{ include "name" . }}
    namespace: {{ .Release.Namespace }}
    path: /validate
    port: 443
  {{- if has .Values.certificates.mode (list "secret" "pod") }}
  caBundle: {{ required "certificates.caBundle: give the authority (PEM) of the certificate of certificates.secretName or of certificates.signerName" .Values.certificates.caBundle | b64enc }}
  {{- end }}
namespaceSelector:
  matchExpressions:
    - key: kubernetes.io/metadata.name
      operator: NotIn
      values: [{{ .Release.Namespace }}]
matchPolicy: Equivalent
sideEffects: NoneOnDryRun
admissionReviewVersions: [v1]
{{- end }}
