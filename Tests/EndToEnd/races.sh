# shellcheck shell=bash disable=SC2154
# Creates that race for a branch. Sourced by scripts/e2e.

# create_all COUNT HEAD FOLDER: so many runs on one branch, all at once; what kubectl says of each is in FOLDER.
create_all() {
  local number
  mkdir -p "$3"
  for ((number = 1; number <= $1; number++)); do run_named "racer-$number" head="$2" >"$3/$number.yaml"; done
  # shellcheck disable=SC2016 # for the shell that xargs starts
  seq "$1" | xargs --max-procs "$1" --replace=% bash -c '
    kubectl --kubeconfig "$0" ${2:+--context "$2"} --namespace "$1" create --filename "$3/%.yaml" >"$3/%.out" 2>&1 || true' \
    "$kubeconfig" "$namespace" "$context" "$3"
}

# race WHAT HEAD FOLDER: fifty creates on one branch, of which one is to be stored.
race() {
  create_all 50 "$2" "$3"
  equal "$1: of 50 creates on one branch one is stored" 1 "$(grep -l ' created$' "$3"/*.out | wc -l)"
  equal "$1: and 49 are refused for it" 49 "$(grep -l 'denied the request: .*HeadBranchConflict' "$3"/*.out | wc -l)"
  equal "$1: the cluster has one run" 1 "$(in_namespace get agentruns --output name | wc -l)"
}

# create_at_once COUNT NAME URL FOLDER: runs NAME-1 to NAME-COUNT with a branch each, all at once, at an API server that lets
# everybody in, such as kubectl proxy: so many kubectls would take turns at the processor. Answers are in FOLDER, with their heads.
create_at_once() {
  local number
  mkdir -p "$4"
  for ((number = 1; number <= $1; number++)); do
    run_named "$2-$number" >"$4/$number.yaml"
    printf 'url = "%s/apis/agents.proompteng.ai/v1alpha1/namespaces/%s/agentruns"\n' "$3" "$namespace"
    printf 'header = "Content-Type: application/yaml"\ndata-binary = "@%s/%d.yaml"\noutput = "%s/%d.out"\n' \
      "$4" "$number" "$4" "$number"
    printf 'noproxy = "*"\nmax-time = 60\ninclude\n'
    if ((number < $1)); then echo next; fi
  done >"$4/curl"
  curl --parallel --parallel-immediate --parallel-max "$1" --config "$4/curl" 2>/dev/null || true
}
