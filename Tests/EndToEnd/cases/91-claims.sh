# shellcheck shell=bash disable=SC2154
# annotation NAME: of the only claim there is on the branch codex/claimed.
annotation() {
  in_namespace get leases --output json | jq -r --arg key "admission.agents.proompteng.ai/$1" '
    .items[] | select(.metadata.annotations["admission.agents.proompteng.ai/branch"] == "codex/claimed")
    | .metadata.annotations[$key] // empty'
}

allowed "a run" create <<<"$(run_named claimed)"
equal "its claim names the branch" codex/claimed "$(annotation branch)"
equal "its claim names the repository" proompteng/lab "$(annotation repository)"
equal "its claim names the run" "$namespace/claimed" "$(annotation run-namespace)/$(annotation run-name)"
equal "its claim names the object" "$(in_namespace get agentrun claimed --output 'jsonpath={.metadata.uid}')" \
  "$(annotation run-uid)"
allowed "a dry run" create --dry-run=server <<<"$(run_named dry)"
denied "a dry run on a taken branch" HeadBranchConflict create --dry-run=server <<<"$(run_named dry head=codex/claimed)"
denied "a run that is refused" RepositoryNotAllowed create <<<"$(run_named refused repository=other/x)"
equal "leave no claim" "" "$(claims | grep -E 'codex-(dry|refused)' || true)"
allowed "the run moves to another branch" in_namespace patch agentrun claimed --type merge \
  --patch '{"spec":{"parameters":{"head":"codex/moved"}}}'
moved() { claims | grep -q codex-moved; }
allowed "and claims that" soon 5 moved
allowed "the run ends" write_phase claimed Succeeded
released() { ! claims | grep -q codex-moved; }
allowed "and its claim goes" soon 30 released
