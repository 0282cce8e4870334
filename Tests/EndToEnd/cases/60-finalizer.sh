# shellcheck shell=bash disable=SC2154
finalized() { run_named final | sed 's|^  name: final|&\n  finalizers: [agents.proompteng.ai/e2e]|'; }
allowed "a run with a finalizer" create <<<"$(finalized)"
allowed "is deleted" in_namespace delete agentrun final --wait=false
denied "waits for its finalizer and holds its branch" HeadBranchConflict create <<<"$(run_named after head=codex/final)"
allowed "its finalizer is removed" in_namespace patch agentrun final --type merge \
  --patch '{"metadata":{"finalizers":null}}'
retry() { create <<<"$(run_named after head=codex/final)"; }
# It was claimed so lately that the claim has to grow old first.
allowed "then the branch is free once the claim is void" soon 30 retry
