# shellcheck shell=bash disable=SC2154
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

create_all 50 codex/race "$work/race"
equal "of 50 creates on one branch one is stored" 1 "$(grep -l ' created$' "$work"/race/*.out | wc -l)"
equal "and 49 are refused for it" 49 "$(grep -l 'denied the request: .*HeadBranchConflict' "$work"/race/*.out | wc -l)"
equal "the cluster has one run" 1 "$(in_namespace get agentruns --output name | wc -l)"
