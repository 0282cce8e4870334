# shellcheck shell=bash disable=SC2154
# job NAME RUN: a Job as the controller makes it for the run; nothing on a bare kube-apiserver runs it.
job() {
  printf 'apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: %s\n  labels: { agents.proompteng.ai/agent-run: %s }\n' "$1" "$2"
  printf 'spec:\n  suspend: true\n  template:\n    spec:\n      restartPolicy: Never\n'
  printf '      containers: [{ name: runner, image: example.invalid/runner }]\n'
}

# write_job NAME FILTER: into a Job's status, as its controller does.
write_job() {
  in_namespace get job "$1" --output json | jq ".status |= ($2)" \
    | kube replace --raw "/apis/batch/v1/namespaces/$namespace/jobs/$1/status" --filename -
}

for name in late gone; do
  allowed "a run" create <<<"$(run_named $name)"
  allowed "its Job" create <<<"$(job "$name-step" "$name")"
  allowed "has a pod" write_job "$name-step" '.active = 1 | .ready = 1'
  allowed "the run fails" write_phase "$name" Failed
done
refused() { ! create --dry-run=server <<<"$(run_named rival head=codex/late)"; }
allowed "its branch stays held while the pod goes on" stays 12 refused
denied "and a rival is told why" "HeadBranchConflict.*late" create <<<"$(run_named rival head=codex/late)"
done_at=$(date -u +%FT%TZ)
allowed "the Job is done" write_job late-step "{startTime: \"$done_at\", completionTime: \"$done_at\", succeeded: 1, conditions:
  [\"SuccessCriteriaMet\", \"Complete\" | {type: ., status: \"True\", lastTransitionTime: \"$done_at\", lastProbeTime: \"$done_at\"}]}"
retry() { create <<<"$(run_named rival head=codex/late)"; }
allowed "and the branch is free" soon 30 retry
denied "that of the other run is not" "HeadBranchConflict.*gone" create <<<"$(run_named another head=codex/gone)"
allowed "until its Job is deleted" in_namespace delete job gone-step --wait=false
retry_other() { create <<<"$(run_named another head=codex/gone)"; }
allowed "and the branch is free, too" soon 30 retry_other
in_namespace delete jobs --all --wait=false >/dev/null
