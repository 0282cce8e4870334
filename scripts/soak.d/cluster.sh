# shellcheck shell=bash
# The third part of scripts/soak, which sources this: two replicas that keep their certificate in the cluster and claim branches, and
# an API server that is slow. An authority lives for a minute, a bearer token for twenty seconds, and somebody has put an authority
# of his own into the bundle of one webhook, and does so again each minute.
# shellcheck disable=SC2154 # work, server, api and pids are the sourcing script's
# shellcheck disable=SC2016 # back-ticks are Markdown

# What every request to the API server waits, in milliseconds.
cluster_latency=100
cluster_host=agentrun-admission.agents.svc
configurations=apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations

# api_call METHOD PATH [CURL ARGUMENT...]: a request to the API server with the token that is good now.
api_call() {
  local method=$1 path=$2
  shift 2
  curl --silent --show-error --fail --noproxy '*' --cacert "$work/api/ca.crt" --max-time 5 --request "$method" \
    --header "Authorization: Bearer $(<"$work/token")" "$@" "$api_url/$path"
}

# publish_bundle: what the first webhook trusts now, for the load; as an API server that hears of a change within 0.3 s.
publish_bundle() {
  while :; do
    sleep 0.2
    api_call GET "$configurations/agentrun-admission" 2>/dev/null \
      | jq -r '.webhooks[0].clientConfig.caBundle // empty' | base64 --decode >"$work/bundle.new" 2>/dev/null || continue
    if [[ -s $work/bundle.new ]]; then mv "$work/bundle.new" "$work/bundle.crt"; fi
  done
}

# plant: puts the foreign authority into the last webhook's bundle where it is not, each minute.
plant() {
  local bundle patch
  while :; do
    sleep 60
    bundle=$(api_call GET "$configurations/agentrun-admission" | jq -r '.webhooks[-1].clientConfig.caBundle // empty' \
      | base64 --decode) || continue
    if [[ $bundle == *"$(sed -n 2p "$work/planted.crt")"* ]]; then continue; fi
    patch=$(printf '%s\n%s\n' "$bundle" "$(<"$work/planted.crt")" | base64 --wrap 0 \
      | jq --raw-input '{webhooks: [{name: "bindings.admission.agents.proompteng.ai", clientConfig: {caBundle: .}}]}')
    api_call PATCH "$configurations/agentrun-admission" \
      --header 'Content-Type: application/strategic-merge-patch+json' \
      --data "$patch" --output /dev/null || true
  done
}

# planted_in: in how many bundles the foreign authority is.
planted_in() {
  api_call GET "$configurations/agentrun-admission" | jq -r '.webhooks[].clientConfig.caBundle // empty' \
    | while read -r bundle; do
      base64 --decode <<<"$bundle" | grep -cF "$(sed -n 2p "$work/planted.crt")" || true
    done | awk '{ sum += $1 } END { print sum + 0 }'
}

# metric NAME TEXT: the sum of a metric's samples with TEXT in their labels, over both replicas.
metric() {
  local port
  for port in "${cluster_metrics[@]}"; do
    curl --silent --noproxy '*' "http://127.0.0.1:$port/metrics"
  done | awk -v name="agentrun_admission_$1" -v text="$2" \
    'index($1, name) == 1 && index($0, text) { sum += $NF } END { print sum + 0 }'
}

# soak_cluster MINUTES: runs it, and prints its table.
soak_cluster() {
  local seconds=$(($1 * 60)) index replicas=() cluster_ports cluster_metrics memory_first descriptors_first
  say "Two replicas, claims and a slow API server for $1 minutes ..."
  "$server" certs generate --directory "$work/api" --dns localhost --ip 127.0.0.1 >/dev/null
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj /CN=agentrun-admission \
    -keyout "$work/planted.key" -out "$work/planted.crt" 2>/dev/null
  "$api" --runs "$runs" --relist-every 30 --latency "$cluster_latency" --token-file "$work/token" --renew-token-every 20 \
    --tls-cert "$work/api/tls.crt" --tls-key "$work/api/tls.key" --tls-ca "$work/api/ca.crt" \
    --kubeconfig "$work/cluster.kubeconfig" >"$work/cluster-api.log" 2>&1 &
  pids+=($!)
  until [[ -s $work/cluster.kubeconfig && -s $work/cluster-api.log ]]; do sleep 0.1; done
  api_url=$(head -n 1 "$work/cluster-api.log")
  jq --null-input '{apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingWebhookConfiguration",
    metadata: {name: "agentrun-admission"},
    webhooks: [("agentruns", "definitions", "bindings") | {name: "\(.).admission.agents.proompteng.ai",
      clientConfig: {service: {name: "agentrun-admission", namespace: "agents", path: "/validate", port: 443}},
      admissionReviewVersions: ["v1"], sideEffects: "NoneOnDryRun"}]}' \
    | api_call POST "$configurations" --header 'Content-Type: application/json' --data @- --output /dev/null
  cluster_ports=("$(free_port)" "$(free_port)")
  cluster_metrics=("$(free_port)" "$(free_port)")
  for index in 0 1; do
    "$server" serve --host 127.0.0.1 --port "${cluster_ports[index]}" --metrics-port "${cluster_metrics[index]}" \
      --drain-delay 0 --kubeconfig "$work/cluster.kubeconfig" --log-level notice \
      --self-managed-certs --service-namespace agents --certs-lifetime 30s --certs-authority-lifetime 60s --certs-settle 5s \
      >"$work/cluster-$index.log" 2>&1 &
    replicas+=($!)
    pids+=($!)
  done
  publish_bundle &
  pids+=($!)
  until [[ -s $work/bundle.crt ]]; do sleep 0.1; done
  for index in 0 1; do
    wait_until_ready "${replicas[index]}" "https://127.0.0.1:${cluster_ports[index]}/readyz" 60 \
      || die "a replica does not get ready: $(tail -n 3 "$work/cluster-$index.log")"
  done
  plant &
  pids+=($!)
  # Twenty runs a second, each on a branch of its own and over a connection of its own, which has to be trusted.
  "$work/apiserver-client" -ca "$work/bundle.crt" -name $cluster_host -readiness 200ms -workers 32 -rate 20 -real -fresh \
    -duration "${seconds}s" -vanish 1s -may-fail 127.0.0.1:"${cluster_ports[0]}" 127.0.0.1:"${cluster_ports[1]}" \
    >"$work/cluster" 2>"$work/cluster.errors" &
  local client=$!
  sleep $((seconds < 120 ? seconds / 2 : 60))
  memory_first=$(($(resident "${replicas[0]}") + $(resident "${replicas[1]}")))
  descriptors_first=$(($(descriptors "${replicas[0]}") + $(descriptors "${replicas[1]}")))
  wait "$client"
  sleep 12
  cluster_table "$1" "$memory_first" "$descriptors_first" "${replicas[@]}"
  head -n 5 "$work/cluster.errors" >&2
  for index in 0 1; do stop_process "${replicas[index]}"; done
}

# cluster_table MINUTES MEMORY DESCRIPTORS REPLICA REPLICA
cluster_table() {
  local log=("$work"/cluster-[01].log)
  printf '| two replicas, Leases, a slow API server, %d minutes | |\n|---|---|\n' "$1"
  row "every request to the API server waits" "$cluster_latency ms"
  row "asked" "20 runs/s, each over a new connection; $(figure cluster .answered) answered in all"
  row "failed, wrong" "$(figure cluster .failed), $(figure cluster .wrong)"
  row "answered in, p50 / p99 / p99.9 / max" \
    "$(figure cluster '"\(.callMilliseconds | "\(.p50) / \(.p99) / \(.p999) / \(.max)") ms"')"
  row "branches claimed; could not be; given back" \
    "$(metric claims_total '"acquired"'); $(metric claims_total '"unavailable"'); $(($(metric claims_total '"released"') + $(metric claims_total '"expired"')))"
  row "authorities, certificates made" \
    "$(cat "${log[@]}" | grep -c 'what=a new authority\|a first authority' || true), $(cat "${log[@]}" | grep -c 'what=a new certificate\|certificate of the new authority' || true)"
  row "bearer tokens" "$((($1 * 60) / 20))"
  row "bundles the planted authority is in, of three" "$(planted_in)"
  row "lines at level warning or error; of those, of watches that the API server cut" \
    "$(cat "${log[@]}" | grep -c ' warning \| error ' || true); $(cat "${log[@]}" | grep -c 'stream ended at an unexpected time' || true)"
  row "resident after a minute, at the end (both)" "$(($2 / 1024)) MiB, $((($(resident "$4") + $(resident "$5")) / 1024)) MiB"
  row "descriptors after a minute, at the end (both)" "$3, $(($(descriptors "$4") + $(descriptors "$5")))"
}
