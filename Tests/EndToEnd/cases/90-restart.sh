# shellcheck shell=bash disable=SC2154
# The webhook is stopped and started again while runs are created one after the other: what was stored before still
# counts afterwards, and no run gets in unjudged.
allowed "a run before the restart" create <<<"$(run_named before)"
mkdir -p "$work/restart"
(
  number=0
  while [[ ! -e $work/restart/stop ]]; do
    number=$((number + 1))
    run_named "load-$number" head=codex/before | in_namespace create --filename - >"$work/restart/$number.out" 2>&1 || true
  done
) &
load=$!
for _ in 1 2 3; do
  sleep 1
  stop_replica 1
  start_replica 1
done
sleep 1
touch "$work/restart/stop"
wait "$load" || true
equal "no run got in unjudged" 1 "$(in_namespace get agentruns --output name | wc -l)"
# What is refused before the state is there is refused as the policy's onStale says.
expected='denied the request: .*(HeadBranchConflict|StateUnavailable)|failed calling webhook'
equal "every create was refused for the branch, for want of the state, or failed while nobody listened" "" \
  "$(grep -LE "$expected" "$work"/restart/*.out | xargs --no-run-if-empty tail -n 2)"
denied "the branch still is taken after the restarts" "HeadBranchConflict.*before" \
  create <<<"$(run_named later head=codex/before)"
