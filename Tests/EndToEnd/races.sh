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
