# shellcheck shell=bash disable=SC2154
allowed "a run" create <<<"$(run_named patched)"
allowed "a label is added" in_namespace label agentrun patched team=one
denied "a label off the policy is not" LabelBlocked in_namespace label agentrun patched forbidden=yes
denied "a repository off the list is not" RepositoryNotAllowed \
  in_namespace patch agentrun patched --type merge --patch '{"spec":{"parameters":{"repository":"other/x"}}}'
allowed "an annotation is added" in_namespace annotate agentrun patched note=yes
allowed "its status is written" write_phase patched Running
denied "another run on its branch is refused" HeadBranchConflict create <<<"$(run_named waiting head=codex/patched)"
allowed "its status says it is over" write_phase patched Succeeded
retry() { create <<<"$(run_named waiting head=codex/patched)"; }
allowed "then the branch is free within seconds" soon 5 retry
