# shellcheck shell=bash disable=SC2154
# workflow NAME HEAD...: a run with a step for each head.
workflow() {
  local name=$1 number=0 head
  shift
  printf 'apiVersion: agents.proompteng.ai/v1alpha1\nkind: AgentRun\nmetadata:\n  name: %s\nspec:\n' "$name"
  printf '  agentRef: { name: codex }\n  runtime: { type: workflow }\n  implementationSpecRef: { name: leader-election }\n'
  printf '  parameters: { repository: proompteng/lab, base: main }\n  workflow:\n    steps:\n'
  for head in "$@"; do
    number=$((number + 1))
    printf '      - name: step-%d\n        parameters: { head: "%s" }\n' "$number" "$head"
  done
}

allowed "a workflow of two branches" create <<<"$(workflow both codex/left codex/right)"
equal "claims both" 2 "$(claims | grep -cE 'codex-(left|right)-')"
denied "a workflow on one of them is refused" "HeadBranchConflict.*both" create <<<"$(workflow other codex/new codex/right)"
equal "and claims nothing" "" "$(claims | grep codex-new || true)"
allowed "its status names the first" write_status both \
  '.phase = "Running" | .vcs = {repository: "proompteng/lab", headBranch: "codex/left", mode: "read-write"}'
denied "which it holds" "HeadBranchConflict.*both" create <<<"$(run_named rival head=codex/left)"
denied "as it does the second" "HeadBranchConflict.*both" create <<<"$(run_named rival head=codex/right)"
claimed() { [[ $(claims | grep -cE 'codex-(left|right)-') == 2 ]]; }
allowed "both claims outlive the gap" stays 12 claimed
allowed "its status names one of neither" write_status both '.vcs.headBranch = "codex/middle"'
held() { ! create --dry-run=server <<<"$(run_named rival head=codex/middle)"; }
allowed "which is held within seconds" soon 5 held
for head in codex/left codex/middle codex/right; do
  denied "$head is held" "HeadBranchConflict.*both" create <<<"$(run_named rival head="$head")"
done
allowed "the workflow ends" write_phase both Succeeded
retry() { create <<<"$(workflow next codex/left codex/right codex/middle)"; }
allowed "and all of its branches are free" soon 5 retry

mapfile -t heads < <(seq -f 'codex/wide-%g' 33)
denied "a run of 33 branches is refused" TooManyBranches create <<<"$(workflow wide "${heads[@]}")"
equal "and claims none" "" "$(claims | grep codex-wide || true)"
allowed "one of 32 is stored" create <<<"$(workflow wide "${heads[@]:0:32}")"
equal "with a claim for each" 32 "$(claims | grep -c codex-wide)"
