# shellcheck shell=bash
# shellcheck disable=SC2154 # scripts/bench, which sources this, sets the rest
# The servers scripts/bench measures: what they are called, how they are started and stopped. Sourced by it.

# Name -> what its rows are called, port, process, command.
declare -A server_title=() server_port=() server_pid=() server_command=()
server_names=()

# add_server NAME TITLE: gives it a port, which its command needs before define_command.
add_server() {
  server_names+=("$1")
  server_title[$1]=$2
  server_port[$1]=$(free_port)
}

# define_command NAME COMMAND...: how it is started, in the foreground.
define_command() {
  local name=$1
  shift
  server_command[$name]=$(printf '%q ' "$@")
}

# add_ours NAME TITLE [ARGUMENT...]: one thread, in the environment of deploy/Containerfile, and no log line a request, as
# the others write none either.
add_ours() {
  local name=$1
  add_server "$name" "$2"
  shift 2
  define_command "$name" env GLIBC_TUNABLES=glibc.malloc.tcache_count=100 "$server" serve --host 127.0.0.1 \
    --port "${server_port[$name]}" --metrics-port none --drain-delay 0 \
    --tls-cert "$work/certs/tls.crt" --tls-key "$work/certs/tls.key" --threads 1 --log-level warning "$@"
}

# A policy of the five rules the first benchmark had, all others off.
first_rules_policy() {
  printf '%s\n' 'apiVersion: admission.agents.proompteng.ai/v1alpha1' 'kind: AgentRunPolicy' 'metadata: { name: bench }' 'spec:' '  rules:'
  "$server" policy show | awk '
    /^  [a-z]/ { in_rules = /^  rules:/ }
    in_rules && /^    [a-z-]+:/ { print $1 }' \
    | grep --invert-match --line-regexp --extended-regexp \
      '(prompt-override|repository-allowlist|secret-allowlist|label-length|head-branch-conflict):' \
    | sed "s/.*/    & { action: 'Off' }/"
}

add_nginx() {
  local answer
  # A padding annotation brings the answer to 400 bytes.
  answer=$(jq -nc --arg uid "$(jq -r .request.uid "$review")" '
    def answer($padding): {kind: "AdmissionReview", apiVersion: "admission.k8s.io/v1",
      response: {uid: $uid, allowed: true, auditAnnotations: {verdict: "allowed", padding: ("x" * $padding)}}};
    answer(400 - 1 - (answer(1) | tojson | length) + 1)')
  add_server nginx "nginx, fixed answer"
  mkdir -p "$work/nginx"
  sed -e "s|@DIRECTORY@|$work/nginx|; s|@PORT@|${server_port[nginx]}|" \
    -e "s|@CERTIFICATE@|$work/certs/tls.crt|; s|@KEY@|$work/certs/tls.key|; s|@ANSWER@|$answer|" \
    "$benchmarks/nginx.conf.in" >"$work/nginx/nginx.conf"
  define_command nginx nginx -e stderr -p "$nginx_prefix" -c "$work/nginx/nginx.conf"
}

add_go() {
  add_server go "Go net/http, encoding/json"
  define_command go env GOMAXPROCS=1 "$drivers/go-server" "127.0.0.1:${server_port[go]}" "$work/certs/tls.crt" "$work/certs/tls.key"
}

start_server() {
  local command
  eval "command=(${server_command[$1]})"
  taskset --cpu-list "$server_core" "${command[@]}" >"$work/$1.log" 2>&1 &
  server_pid[$1]=$!
  if ! wait_until_ready "${server_pid[$1]}" "https://127.0.0.1:${server_port[$1]}/readyz" 120; then
    tail -n 20 "$work/$1.log" >&2
    die "${server_title[$1]} did not get ready (its last lines are above)"
  fi
}

stop_server() {
  stop_process "${server_pid[$1]}"
  unset "server_pid[$1]"
}

stop_all_servers() {
  local name
  for name in "${!server_pid[@]}"; do stop_server "$name"; done
}

# The process and its children: nginx works in a child.
family() {
  printf '%s\n' "$1"
  tr -s ' ' '\n' <"/proc/$1/task/$1/children"
}

url_of() { printf 'https://127.0.0.1:%s/validate?timeout=10s' "${server_port[$1]}"; }

# expect_allowed NAME HTTP-VERSION: what is measured has to be the right answer.
expect_allowed() {
  curl --silent --show-error --noproxy '*' --max-time 10 --tlsv1.3 "--http$2" --cacert "$work/certs/ca.crt" \
    --header 'Content-Type: application/json' --data-binary "@$review" "$(url_of "$1")" \
    | jq -e '.response.allowed == true' >/dev/null || die "${server_title[$1]} does not allow the measured review over HTTP/$2"
}
