# shellcheck shell=bash disable=SC2154
# The cluster and the webhook of scripts/e2e: what is installed, started, registered, and taken away again.
# Sourced by it; uses its $work, $namespace, $webhook, $server, $host, $generation and $kubeconfig.

# By number of the replica.
declare -A replica_pid replica_port
# Where the API server finds the webhook: a balancer in front of the replicas.
port=
balancer_pid=

kube() { kubectl --kubeconfig "$kubeconfig" ${context:+--context "$context"} "$@"; }

# in_namespace ARGUMENT...: kubectl in the namespace of this run.
in_namespace() { kube --namespace "$namespace" "$@"; }

prepare_cluster() {
  kube version >"$work/version" 2>&1 || die "the cluster does not answer: $(tail -n 1 "$work/version")"
  grep -i '^server' "$work/version" >&2 || true
  if [[ -n $crds ]]; then
    kube apply --filename "$crds" >/dev/null
    kube wait --for condition=Established --timeout 30s --filename "$crds" >/dev/null
  fi
  kube get customresourcedefinitions agentruns.agents.proompteng.ai >/dev/null 2>&1 \
    || die "the cluster has no AgentRuns; name a folder of their CustomResourceDefinitions with --crds"
  kube create namespace "$namespace" >/dev/null
  in_namespace apply --filename "$cases/objects.yaml" >/dev/null
  "$server" certs generate --directory "$work/certs" --dns localhost --ip "$host" >/dev/null
  sed "s|@GENERATION@|$generation|" "$cases/policy.yaml" >"$work/policy.yaml"
  port=$(free_port)
  replica_port=([1]=$(free_port) [2]=$(free_port))
  (cd "$cases/balancer" && GOTOOLCHAIN=local GOFLAGS=-mod=mod go build -o "$work/balancer" .)
  "$work/balancer" "$(listen_address):$port" "127.0.0.1:${replica_port[1]}" "127.0.0.1:${replica_port[2]}" &
  balancer_pid=$!
}

# listen_address: where the API server's calls arrive.
listen_address() {
  if [[ $host == 127.* || $host == localhost ]]; then echo 127.0.0.1; else echo 0.0.0.0; fi
}

# start_replica NUMBER [ARGUMENT...]: a webhook, once /readyz holds. The gap of its claims is short, so that the cases do
# not wait for minutes; nothing here is stored that late.
start_replica() {
  local number=$1
  shift
  "$server" serve --host 127.0.0.1 --port "${replica_port[$number]}" --metrics-port none --drain-delay 1 \
    --kubeconfig "${replica_kubeconfig:-$kubeconfig}" ${context:+--context "$context"} \
    --tls-cert "$work/certs/tls.crt" --tls-key "$work/certs/tls.key" --policy "${replica_policy:-$work/policy.yaml}" \
    --claims-namespace "$namespace" --claim-gap 5 "$@" >>"$work/replica-$number.log" 2>&1 &
  replica_pid[$number]=$!
  if ! wait_until_ready "${replica_pid[$number]}" "$(replica_url "$number")/readyz" 30; then
    tail -n 20 "$work/replica-$number.log" >&2
    die "replica $number does not get ready (its last lines are above)"
  fi
}

replica_url() { printf 'https://127.0.0.1:%s' "${replica_port[$1]}"; }

# ask_replica NUMBER PATH: what it answers, whatever the code.
ask_replica() {
  curl --silent --noproxy '*' --max-time 10 --cacert "$work/certs/ca.crt" "$(replica_url "$1")$2"
}

stop_replica() {
  [[ -z ${replica_pid[$1]-} ]] || stop_process "${replica_pid[$1]}"
  unset "replica_pid[$1]"
}

# kill_replica NUMBER: at once, in the middle of whatever it does.
kill_replica() {
  kill -KILL "${replica_pid[$1]}"
  wait "${replica_pid[$1]}" 2>/dev/null || true
  unset "replica_pid[$1]"
}

stop_replicas() {
  local number
  for number in "${!replica_pid[@]}"; do stop_replica "$number"; done
  [[ -z $balancer_pid ]] || stop_process "$balancer_pid"
}

# claims: the Leases of branches, a line each.
claims() { in_namespace get leases --output name; }

# register CONFIGURATION NAME PORT: the API server calls what listens there for the objects of the namespace.
register() {
  sed -e "s|@CONFIGURATION@|$1|; s|@NAME@|$2|; s|@NAMESPACE@|$namespace|; s|@URL@|https://$host:$3/validate|" \
    -e "s|@CA@|$(base64 --wrap 0 "$work/certs/ca.crt")|" "$cases/webhook.yaml" | kube apply --filename - >/dev/null
}

# register_webhook: registers the replicas, and waits until the API server calls them.
register_webhook() {
  register "$webhook" "$webhook_name" "$port"
  local deadline=$((SECONDS + 30))
  # A run no rule lets pass: refused for certain once the webhook is called.
  until [[ $(run_named probe repository=other/other | create --dry-run=server 2>&1) == *'denied the request'* ]]; do
    ((SECONDS < deadline)) || die "the API server does not call the webhook at https://$host:$port (see --host)"
    sleep 0.2
  done
}

# remove_runs: all runs of the namespace, also those that wait for a finalizer.
remove_runs() {
  local name
  in_namespace delete agentruns --all --wait=false >/dev/null 2>&1 || true
  for name in $(in_namespace get agentruns --output name); do
    in_namespace patch "$name" --type merge --patch '{"metadata":{"finalizers":null}}' >/dev/null 2>&1 || true
  done
  # Until the webhook has heard of it, the branches are taken.
  sleep 0.5
}

take_away() {
  kube delete validatingwebhookconfiguration "$webhook" "$webhook-other" --ignore-not-found >/dev/null 2>&1 || true
  if [[ -n $(kube get namespace "$namespace" --ignore-not-found --output name 2>/dev/null) ]]; then
    remove_runs
    in_namespace delete leases --all >/dev/null 2>&1 || true
    kube delete namespace "$namespace" --wait=false >/dev/null 2>&1 || true
    finalize "$namespace"
  fi
}

# finalize NAMESPACE: finishes its deletion, where no controller does: on a bare kube-apiserver.
finalize() {
  kube get namespace "$1" --output json 2>/dev/null | jq '.spec.finalizers = []' \
    | kube replace --raw "/api/v1/namespaces/$1/finalize" --filename - >/dev/null 2>&1 || true
}
