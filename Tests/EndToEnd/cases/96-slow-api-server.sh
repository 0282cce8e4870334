# shellcheck shell=bash disable=SC2154
# An API server that takes half a second for every call of the webhook, and 110 runs at once: none is stored without its claim,
# whatever the policy says of an old state. Eight connections would do 78 calls before the reviews are due.
stop_replica 1
direct_port=$(free_port)
slow_port=$(free_port)
kube proxy --address 127.0.0.1 --port "$direct_port" >"$work/proxy.log" 2>&1 &
direct=$!
(cd "$cases/slow" && GOTOOLCHAIN=local GOFLAGS=-mod=mod go build -o "$work/slow" .)
"$work/slow" "127.0.0.1:$slow_port" "http://127.0.0.1:$direct_port" 500ms 2>"$work/slow.log" &
slow=$!
wait_until_ready "$direct" "http://127.0.0.1:$direct_port/readyz" 20 || die "kubectl proxy does not start: $(<"$work/proxy.log")"
wait_until_ready "$slow" "http://127.0.0.1:$slow_port/readyz" 20 || die "the slow API server does not start"
cat >"$work/kubeconfig-slow" <<EOF
apiVersion: v1
kind: Config
current-context: slow
contexts: [{ name: slow, context: { cluster: slow, user: slow } }]
clusters: [{ name: slow, cluster: { server: "http://127.0.0.1:$slow_port" } }]
users: [{ name: slow, user: {} }]
EOF
sed 's/^  onStale: .*/  onStale: Warn/' "$work/policy.yaml" >"$work/policy-slow.yaml"
context='' replica_kubeconfig=$work/kubeconfig-slow replica_policy=$work/policy-slow.yaml start_replica 1
create_at_once 110 crowd "http://127.0.0.1:$direct_port" "$work/crowd"
stored=$(grep -l '^HTTP/.* 201' "$work/crowd"/*.out || true)
# The janitor claims for a run it sees unclaimed some seconds later, so the warning tells, and not the Lease alone.
equal "of 110 runs at once none is stored without its claim" 0 \
  "$(xargs --no-run-if-empty grep -liE '^Warning:.*(BranchUnclaimed|StateUnavailable)' <<<"$stored" | wc -l)"
equal "each that is stored has its Lease" "$(grep -c . <<<"$stored")" "$(claims | grep -c codex-crowd-)"
equal "and each that is not is refused for want of one" 110 "$(grep -lE '^HTTP/.* 201|BranchUnclaimed' "$work/crowd"/*.out | wc -l)"
echo "  ($(grep -c . <<<"$stored") of 110 were stored)"
stop_replica 1
stop_process "$slow"
stop_process "$direct"
start_replica 1
