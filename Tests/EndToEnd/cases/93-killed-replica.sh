# shellcheck shell=bash disable=SC2154
# A replica is killed when it has claimed a branch and not yet heard of it: a balancer between it and the API server loses the
# answer. Only where the API server's address is one the balancer can stand in for.
address=$(kube config view --minify --output 'jsonpath={.clusters[0].cluster.server}')
address=${address#https://}
if [[ ! $address =~ ^[^/]+:[0-9]+$ ]]; then
  echo "  (skipped: the API server's address $address has a path or no port)"
  return
fi
stop_replica 1
api_port=$(free_port)
"$work/balancer" "127.0.0.1:$api_port" "$address" &
api_balancer=$!
kube config view --minify --flatten --raw >"$work/kubeconfig-balanced"
context='' kubectl --kubeconfig "$work/kubeconfig-balanced" config set-cluster \
  "$(kubectl --kubeconfig "$work/kubeconfig-balanced" config view --output 'jsonpath={.clusters[0].name}')" \
  --server "https://127.0.0.1:$api_port" --tls-server-name "${address%:*}" >/dev/null
replica_kubeconfig=$work/kubeconfig-balanced start_replica 1
allowed "a run whose claim is answered" create <<<"$(run_named answered)"
kill -USR1 "$api_balancer"
run_named unanswered | in_namespace create --filename - >"$work/unanswered" 2>&1 &
creation=$!
claimed() { claims | grep -q codex-unanswered; }
allowed "a run is claimed for, and the answer is lost" soon 8 claimed
kill_replica 1
wait "$creation" || true
equal "the create failed, as the webhook was gone" 1 "$(grep -c 'failed calling webhook' "$work/unanswered")"
kill -USR2 "$api_balancer"
stop_process "$api_balancer"
start_replica 1
denied "the branch is claimed for a while, and the message says how long" \
  'HeadBranchConflict.*unanswered.*try again in [0-9]* s' create <<<"$(run_named next head=codex/unanswered)"
retry() { create <<<"$(run_named next head=codex/unanswered)"; }
allowed "then the branch is free" soon 40 retry
