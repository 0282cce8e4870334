# shellcheck shell=bash disable=SC2154
annotation=agents.proompteng.ai/template
# template NAME [KEY=VALUE...]: a run that the controller of 2026-08 takes for a template.
template() { run_named "$@" | sed "s|^  name: .*|&\n  annotations: { $annotation: \"true\" }|"; }

if [[ $generation == 2026-02 ]]; then
  allowed "a run with an annotation this controller does not know" create <<<"$(template marked)"
  denied "holds its branch like any other" "HeadBranchConflict.*marked" create <<<"$(run_named next head=codex/marked)"
  return
fi

allowed "a template is stored" create <<<"$(template pattern)"
allowed "its controller gives it its phase" write_phase pattern Template
allowed "another template of that branch is stored" create <<<"$(template copy head=codex/pattern)"
equal "templates claim nothing" "" "$(claims | grep codex-pattern || true)"
allowed "the first becomes a run" in_namespace annotate agentrun pattern "$annotation-"
equal "which claims its branch" 1 "$(claims | grep -c codex-pattern)"
denied "the second cannot become a run" "HeadBranchConflict.*pattern" in_namespace annotate agentrun copy "$annotation-"
denied "a new run on the branch is refused" "HeadBranchConflict.*pattern" \
  create <<<"$(run_named rival head=codex/pattern)"

allowed "a template without a phase" create <<<"$(template fresh)"
allowed "becomes a run" in_namespace annotate agentrun fresh "$annotation-"
denied "and a rival is refused" "HeadBranchConflict.*fresh" create <<<"$(run_named rival head=codex/fresh)"

allowed "a run" create <<<"$(run_named busy)"
allowed "at work" write_phase busy Running
denied "is not called a template to change its spec" SpecImmutableViolation in_namespace patch agentrun busy --type merge \
  --patch "{\"metadata\":{\"annotations\":{\"$annotation\":\"true\"}},\"spec\":{\"implementationSpecRef\":{\"name\":\"other\"}}}"
allowed "may be called a template" in_namespace annotate agentrun busy "$annotation=true"
denied "and keeps its branch" "HeadBranchConflict.*busy" create <<<"$(run_named rival head=codex/busy)"

claimed() { [[ $(claims | grep -cE 'codex-(pattern|fresh|busy)-') == 3 ]]; }
allowed "the claims outlive the gap, and the janitor's look at them" stays 12 claimed
denied "a rival of the first is refused still" "HeadBranchConflict.*pattern" create <<<"$(run_named rival head=codex/pattern)"
denied "of the second" "HeadBranchConflict.*fresh" create <<<"$(run_named rival head=codex/fresh)"
denied "and of the one at work" "HeadBranchConflict.*busy" create <<<"$(run_named rival head=codex/busy)"
allowed "the first run ends" write_phase pattern Succeeded
retry() { in_namespace annotate agentrun copy "$annotation-"; }
allowed "and the second template becomes a run" soon 5 retry
