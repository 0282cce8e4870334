# shellcheck shell=bash disable=SC2154
# deploy/ on the cluster. Its pods need an image and nodes; what they do is done here by a replica on this machine, as their
# service account and with their rights.
if [[ $deploy != true ]]; then
  echo "  (skipped without --deploy)"
  return
fi
installed=agentrun-admission
account=system:serviceaccount:$installed:$installed
kubectl kustomize deploy/overlays/self-managed >"$work/self-managed.yaml"
allowed "the overlay self-managed is applied" kube apply --filename "$work/self-managed.yaml"
allowed "all of its objects are there" kube get --filename "$work/self-managed.yaml" --output name
for other in deploy/overlays/fail-open deploy/base; do
  kubectl kustomize "$other" >"$work/other.yaml"
  allowed "${other#deploy/} would be, too" kube apply --dry-run=server --filename "$work/other.yaml"
done

# may VERB RESOURCE [ARGUMENT...]: what the service account may do.
may() { kube auth can-i "$@" --as "$account" 2>/dev/null || true; }
equal "the account may watch runs" yes "$(may watch agentruns.agents.proompteng.ai)"
equal "and Jobs" yes "$(may watch jobs.batch)"
equal "and make Leases in its namespace" yes "$(may create leases.coordination.k8s.io --namespace "$installed")"
equal "but nowhere else" no "$(may create leases.coordination.k8s.io --namespace "$namespace")"
equal "may not read Secrets" no "$(may list secrets --namespace "$namespace")"
equal "may not change runs" no "$(may update agentruns.agents.proompteng.ai)"
equal "may not touch other webhook configurations" no \
  "$(may patch validatingwebhookconfigurations.admissionregistration.k8s.io/"$webhook")"

# `kubectl create token` by its API, for a kubectl older than 1.24.
token() {
  kube create --raw "/api/v1/namespaces/$installed/serviceaccounts/$installed/token" --filename - \
    <<<'{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}' | jq -r .status.token
}
kube config view --minify --flatten --raw --output json \
  | jq --arg token "$(token)" --arg namespace $installed \
    '.users[0].user = {token: $token} | .contexts[0].context.namespace = $namespace' >"$work/kubeconfig-account"
account_port=$(free_port)
"$server" serve --host 127.0.0.1 --port "$account_port" --metrics-port none --drain-delay 0 \
  --kubeconfig "$work/kubeconfig-account" --self-managed-certs --certs-settle 5s >"$work/account.log" 2>&1 &
account_pid=$!
if wait_until_ready "$account_pid" "https://127.0.0.1:$account_port/readyz" 60; then
  pass "a replica gets ready with the account's rights"
else
  fail "a replica gets ready with the account's rights" "$(tail -n 5 "$work/account.log")"
fi
kube get validatingwebhookconfiguration "$installed" --output json \
  | jq -r '.webhooks[].clientConfig.caBundle // empty' >"$work/bundles"
equal "every webhook of the configuration trusts it" 3 "$(grep -c . "$work/bundles")"
head -n 1 "$work/bundles" | base64 --decode >"$work/bundle.crt"
equal "by the name of its service" ok "$(curl --silent --noproxy '*' --max-time 10 --cacert "$work/bundle.crt" \
  --connect-to "$installed.$installed.svc:443:127.0.0.1:$account_port" "https://$installed.$installed.svc/livez")"
stop_process "$account_pid"

# A bare kube-apiserver has no controller that would finish the deletion of a namespace.
scripts/uninstall --kubeconfig "$kubeconfig" ${context:+--context "$context"} >"$work/uninstall" 2>&1 &
uninstall=$!
going() { [[ -n $(kube get namespace "$installed" --output 'jsonpath={.metadata.deletionTimestamp}' 2>/dev/null) ]]; }
soon 30 going >/dev/null || true
finalize "$installed"
if wait "$uninstall"; then pass "scripts/uninstall removes it"; else fail "scripts/uninstall removes it" "$(<"$work/uninstall")"; fi
equal "the configuration first" "removed  validatingwebhookconfiguration $installed" "$(head -n 1 "$work/uninstall")"
