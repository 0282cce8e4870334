# shellcheck shell=bash disable=SC2154
# Another webhook refuses the run after this one has claimed its branch: one of the same program, whose policy allows no
# repository, behind a configuration of its own.
other_port=$(free_port)
"$server" serve --host "$(listen_address)" --port "$other_port" --metrics-port none --drain-delay 0 --no-cluster \
  --tls-cert "$work/certs/tls.crt" --tls-key "$work/certs/tls.key" --policy "$cases/no-repository.yaml" \
  >"$work/other.log" 2>&1 &
other=$!
wait_until_ready "$other" "https://127.0.0.1:$other_port/readyz" 20 || die "the other webhook does not start"
register "$webhook-other" "other.$webhook_name" "$other_port"
refused() { [[ $(create --dry-run=server <<<"$(run_named probe)" 2>&1) == *"other.$webhook_name\" denied"* ]]; }
soon 20 refused >/dev/null || die "the other webhook is not called"
# The two are asked at once, so the claim may come a moment after the refusal.
denied "a run that the other webhook refuses" RepositoryDenied create <<<"$(run_named torn)"
claimed() { claims | grep -q codex-torn; }
allowed "was claimed for" soon 5 claimed
kube delete validatingwebhookconfiguration "$webhook-other" >/dev/null
stop_process "$other"
expired() { ! claims | grep -q codex-torn; }
allowed "and the claim expires" soon 45 expired
retry() { create <<<"$(run_named whole head=codex/torn)"; }
allowed "so that the branch is free" soon 20 retry
